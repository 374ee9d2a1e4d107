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
