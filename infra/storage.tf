resource "azurerm_storage_account" "this" {
  name                            = local.storage_account_name
  resource_group_name             = var.resource_group_name
  location                        = var.azure_location
  account_kind                    = "StorageV2"
  account_tier                    = var.storage.account_tier
  account_replication_type        = var.storage.account_replication_type
  min_tls_version                 = "TLS1_2"
  https_traffic_only_enabled      = true
  allow_nested_items_to_be_public = false
  shared_access_key_enabled       = !var.storage.use_managed_identity
  default_to_oauth_authentication = var.storage.use_managed_identity
  tags                            = var.tags
}

# State of the autoscaler: the timestamp blobs of the original, fleet memory, ledger and certificates.
resource "azurerm_storage_container" "state" {
  name                  = "autoscaler-state"
  storage_account_id    = azurerm_storage_account.this.id
  container_access_type = "private"
}

# The deployed zip: Flex Consumption runs the app from here.
resource "azurerm_storage_container" "package" {
  name                  = "app-package"
  storage_account_id    = azurerm_storage_account.this.id
  container_access_type = "private"
}
