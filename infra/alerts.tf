# One rule for each file of queries/alerts: a query that returns a row for what is wrong, over the window of the rule.
locals {
  alert_files = fileset("${path.module}/queries/alerts", "*.kql")
}

resource "azurerm_monitor_scheduled_query_rules_alert_v2" "alert" {
  for_each            = local.alert_files
  name                = "${local.function_app_name} ${trimsuffix(each.key, ".kql")}"
  resource_group_name = var.resource_group_name
  location            = var.azure_location
  scopes              = [azurerm_application_insights.this.id]
  description         = "See docs/runbook.md, ${trimsuffix(each.key, ".kql")}"
  severity            = 1

  evaluation_frequency    = "PT5M"
  window_duration         = "PT15M"
  auto_mitigation_enabled = true
  # The tables come into being with the app's first log line.
  skip_query_validation = true
  tags                  = var.tags

  criteria {
    query                   = file("${path.module}/queries/alerts/${each.key}")
    time_aggregation_method = "Count"
    operator                = "GreaterThan"
    threshold               = 0
    failing_periods {
      minimum_failing_periods_to_trigger_alert = 1
      number_of_evaluation_periods             = 1
    }
  }

  action {
    action_groups = var.action_group_ids
  }
}
