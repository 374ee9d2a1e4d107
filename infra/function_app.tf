resource "azurerm_service_plan" "this" {
  name                = "${local.prefix}-autoscaler-plan"
  resource_group_name = var.resource_group_name
  location            = var.azure_location
  os_type             = "Linux"
  sku_name            = "FC1"
  tags                = var.tags
}

# By azapi: azurerm_function_app_flex_consumption puts a plain AzureWebJobsStorage back into the settings at every apply, which breaks
# identity-based storage and restarts the app (hashicorp/terraform-provider-azurerm #29149, #29693, #30732). Here the settings are what
# settings.tf says and nothing else.
resource "azapi_resource" "function_app" {
  type      = "Microsoft.Web/sites@2024-04-01"
  name      = local.function_app_name
  parent_id = data.azurerm_resource_group.this.id
  location  = var.azure_location
  tags      = var.tags

  identity {
    type = "SystemAssigned"
  }

  body = {
    kind = "functionapp,linux"
    properties = {
      serverFarmId          = azurerm_service_plan.this.id
      httpsOnly             = true
      clientAffinityEnabled = false
      functionAppConfig = {
        deployment = {
          storage = {
            type  = "blobContainer"
            value = "${azurerm_storage_account.this.primary_blob_endpoint}${azurerm_storage_container.package.name}"
            # Absent rather than null where the identity is used: azapi sends a null as it stands.
            authentication = merge(
              { type = var.storage.use_managed_identity ? "SystemAssignedIdentity" : "StorageAccountConnectionString" },
              { for setting in ["DEPLOYMENT_STORAGE_CONNECTION_STRING"] : "storageAccountConnectionStringName" => setting if !var.storage.use_managed_identity },
            )
          }
        }
        runtime = {
          name    = "node"
          version = var.runtime_version
        }
        scaleAndConcurrency = {
          alwaysReady          = [for group, count in var.always_ready : { name = group, instanceCount = count }]
          instanceMemoryMB     = var.instance_memory_mb
          maximumInstanceCount = var.maximum_instance_count
        }
      }
      siteConfig = {
        minTlsVersion = "1.2"
        appSettings   = [for name, value in local.app_settings : { name = name, value = value }]
      }
    }
  }

  response_export_values = ["properties.defaultHostName"]
}

# Nobody publishes with a user name and a password: the Azure CLI deploys with its login.
resource "azapi_update_resource" "publishing" {
  for_each  = toset(["ftp", "scm"])
  type      = "Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-04-01"
  name      = each.key
  parent_id = azapi_resource.function_app.id
  body = {
    properties = { allow = false }
  }
}

locals {
  deploy_command = join(" ", [
    "az functionapp deployment source config-zip",
    "--resource-group ${var.resource_group_name}",
    "--name ${local.function_app_name}",
    "--src",
  ])
}

# A deployment reads and writes the package container as the app's identity: its roles must stand first, and take minutes to spread.
resource "terraform_data" "deployment" {
  count            = var.package_file == null ? 0 : 1
  triggers_replace = [filesha256(var.package_file), azapi_resource.function_app.id]

  provisioner "local-exec" {
    command = "for attempt in 1 2 3 4 5; do ${local.deploy_command} '${var.package_file}' && exit 0; sleep 60; done; exit 1"
  }

  depends_on = [azurerm_role_assignment.storage, azurerm_role_assignment.custom, azurerm_role_assignment.built_in, azapi_update_resource.publishing]
}
