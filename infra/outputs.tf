output "function_app_name" {
  description = "Name of the Azure Function App"
  value       = azapi_resource.function_app.name
}

output "function_app_default_hostname" {
  description = "Default hostname"
  value       = azapi_resource.function_app.output.properties.defaultHostName
}

output "storage_account_name" {
  description = "Name of the Storage Account"
  value       = azurerm_storage_account.this.name
}

# What follows is new.

output "application_insights_name" {
  description = "Name of the Application Insights component that the logs go to"
  value       = azurerm_application_insights.this.name
}

output "principal_id" {
  description = "Object id of the app's managed identity"
  value       = local.principal_id
}

output "deploy_command" {
  description = "Deploys a package: append the path of the zip"
  value       = local.deploy_command
}
