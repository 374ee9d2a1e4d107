data "azurerm_client_config" "current" {}

data "azurerm_resource_group" "this" {
  name = var.resource_group_name
}

locals {
  subscription_id          = data.azurerm_client_config.current.subscription_id
  vmss_resource_group_name = var.vmss.resource_group_name != "" ? var.vmss.resource_group_name : var.resource_group_name
  vmss_resource_group_id   = "/subscriptions/${local.subscription_id}/resourceGroups/${local.vmss_resource_group_name}"
  vmss_id                  = "${local.vmss_resource_group_id}/providers/Microsoft.Compute/virtualMachineScaleSets/${var.vmss.name}"

  prefix            = var.override_names.global_prefix
  runner_group_name = var.override_names.runner_group_name != "" ? var.override_names.runner_group_name : local.prefix

  # The same on every apply, another for each resource group and prefix: names of apps and storage accounts are shared by all of Azure.
  suffix               = substr(sha256("${data.azurerm_resource_group.this.id}/${local.prefix}"), 0, 8)
  function_app_name    = "${local.prefix}-autoscaler-${local.suffix}"
  storage_account_name = "${substr(replace(local.prefix, "-", ""), 0, 15)}${local.suffix}"
}
