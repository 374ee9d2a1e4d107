locals {
  # The plain AzureWebJobsStorage must be absent, not empty, where an identity is used: the host would take it for the connection.
  identity_settings = {
    AzureWebJobsStorage__accountName = azurerm_storage_account.this.name
    AzureWebJobsStorage__credential  = "managedidentity"
    AZURE_BLOB_ACCOUNT_URL           = trimsuffix(azurerm_storage_account.this.primary_blob_endpoint, "/")
  }

  connection_settings = {
    AzureWebJobsStorage                  = azurerm_storage_account.this.primary_connection_string
    DEPLOYMENT_STORAGE_CONNECTION_STRING = azurerm_storage_account.this.primary_connection_string
    AZURE_BLOB_STORAGE_CONN_STRING       = azurerm_storage_account.this.primary_connection_string
  }

  autoscaler_settings = {
    AZURE_SUBSCRIPTION_ID                 = local.subscription_id
    AZURE_RESOURCE_GROUP_NAME             = local.vmss_resource_group_name
    AZURE_VMSS_NAME                       = var.vmss.name
    AZURE_BLOB_CONTAINER_NAME             = azurerm_storage_container.state.name
    SCALE_IN_TIMESTAMP_BLOB_NAME          = "scale_in_timestamp"
    SCALE_OUT_TIMESTAMP_BLOB_NAME         = "scale_out_timestamp"
    SG_BASE_URI                           = var.stackguardian.api_uri
    SG_API_KEY                            = var.stackguardian.api_key
    SG_ORG                                = var.stackguardian.org_name
    SG_RUNNER_GROUP                       = local.runner_group_name
    SG_RUNNER_TYPE                        = var.stackguardian.runner_type
    SCALE_OUT_COOLDOWN_DURATION           = tostring(var.scaling.scale_out_cooldown_duration)
    SCALE_IN_COOLDOWN_DURATION            = tostring(var.scaling.scale_in_cooldown_duration)
    SCALE_OUT_THRESHOLD                   = tostring(var.scaling.scale_out_threshold)
    SCALE_IN_THRESHOLD                    = tostring(var.scaling.scale_in_threshold)
    SCALE_IN_STEP                         = tostring(var.scaling.scale_in_step)
    SCALE_OUT_STEP                        = tostring(var.scaling.scale_out_step)
    MIN_RUNNERS                           = tostring(var.scaling.min_runners)
    APPLICATIONINSIGHTS_CONNECTION_STRING = azurerm_application_insights.this.connection_string
  }

  app_settings = merge(
    var.storage.use_managed_identity ? local.identity_settings : local.connection_settings,
    local.autoscaler_settings,
    var.scaling.max_runners == null ? {} : { MAX_RUNNERS = tostring(var.scaling.max_runners) },
    var.app_settings,
  )
}
