locals {
  role_actions = jsondecode(file("${path.module}/role-actions.json"))
  principal_id = azapi_resource.function_app.identity[0].principal_id
}

# Custom roles instead of Virtual Machine Contributor, each at its own scope. Their lists stand in role-actions.json with the reason of
# each action; a test compares them with the calls that the app makes.
locals {
  actions           = [for each in local.role_actions.actions : each.action]
  scale_set_actions = [for action in local.actions : action if startswith(action, "Microsoft.Compute/virtualMachineScaleSets/")]
  other_actions     = [for action in local.actions : action if !contains(local.scale_set_actions, action)]
  # What Azure may demand of whoever makes a VM by a capacity write. The subnet often lives in another resource group.
  linked_actions = [for each in local.role_actions.linkedActions : each.action]

  custom_roles = {
    "scale set"      = { actions = tolist(local.scale_set_actions), scopes = tolist([local.vmss_id]) }
    "resource group" = { actions = tolist(local.other_actions), scopes = tolist([local.vmss_resource_group_id]) }
    "linked"         = { actions = tolist(local.linked_actions), scopes = concat([local.vmss_resource_group_id], var.linked_scopes) }
  }
  custom_assignments = merge([
    for role, definition in local.custom_roles : { for index, scope in definition.scopes : "${role} ${index}" => { role = role, scope = scope } }
  ]...)
}

resource "azurerm_role_definition" "custom" {
  for_each          = var.create_custom_role ? local.custom_roles : {}
  name              = "${local.function_app_name} ${each.key}"
  scope             = local.vmss_resource_group_id
  description       = "StackGuardian runner autoscaler"
  assignable_scopes = distinct(concat([local.vmss_resource_group_id], var.linked_scopes))

  permissions {
    actions = each.value.actions
  }
}

resource "azurerm_role_assignment" "custom" {
  for_each           = var.create_custom_role ? local.custom_assignments : {}
  scope              = each.value.scope
  role_definition_id = azurerm_role_definition.custom[each.value.role].role_definition_resource_id
  principal_id       = local.principal_id
  principal_type     = "ServicePrincipal"
}

# The fallback, as the original has it.
resource "azurerm_role_assignment" "built_in" {
  for_each = var.create_custom_role ? {} : {
    "Virtual Machine Contributor" = local.vmss_id
    "Reader"                      = local.vmss_resource_group_id
  }
  scope                = each.value
  role_definition_name = each.key
  principal_id         = local.principal_id
  principal_type       = "ServicePrincipal"
}

# Also with connection strings: the account may be changed over to the identity later without a gap.
resource "azurerm_role_assignment" "storage" {
  for_each             = toset([for each in local.role_actions.dataRoles : each.role if each.scope == "the app's storage account"])
  scope                = azurerm_storage_account.this.id
  role_definition_name = each.key
  principal_id         = local.principal_id
  principal_type       = "ServicePrincipal"
}

resource "azurerm_role_assignment" "key_vault" {
  count                = var.key_vault_id == null ? 0 : 1
  scope                = var.key_vault_id
  role_definition_name = "Key Vault Secrets User"
  principal_id         = local.principal_id
  principal_type       = "ServicePrincipal"
}
