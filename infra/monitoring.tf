resource "azurerm_log_analytics_workspace" "this" {
  name                = "${local.prefix}-autoscaler-logs"
  resource_group_name = var.resource_group_name
  location            = var.azure_location
  sku                 = "PerGB2018"
  retention_in_days   = var.log_retention_days
  tags                = var.tags
}

resource "azurerm_application_insights" "this" {
  name                = "${local.prefix}-autoscaler-insights"
  resource_group_name = var.resource_group_name
  location            = var.azure_location
  workspace_id        = azurerm_log_analytics_workspace.this.id
  application_type    = "other"
  tags                = var.tags
}

resource "azurerm_application_insights_workbook" "this" {
  # The name must be a UUID, and the same on every apply.
  name                = uuidv5("url", "https://${local.function_app_name}/workbook")
  resource_group_name = var.resource_group_name
  location            = var.azure_location
  display_name        = "StackGuardian runner autoscaler"
  source_id           = lower(azurerm_application_insights.this.id)
  data_json = jsonencode(merge(jsondecode(file("${path.module}/workbook.json")), {
    fallbackResourceIds = [azurerm_application_insights.this.id]
  }))
  tags = var.tags
}
