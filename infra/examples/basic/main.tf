terraform {
  required_version = ">= 1.4"
}

provider "azurerm" {
  features {}
  # The module's storage account has no shared key.
  storage_use_azuread = true
}

module "azure_autoscaler" {
  source = "../.."

  resource_group_name = "my-existing-resource-group"
  azure_location      = "westeurope"

  vmss = {
    name                = "my-runner-vmss"
    resource_group_name = "vmss-resource-group"
  }

  stackguardian = {
    api_key  = "sgu_xxxxxxxxxxxx"
    org_name = "my-org"
  }

  override_names = {
    global_prefix     = "sg-runner"
    runner_group_name = "my-runner-group"
  }

  scaling = {
    scale_out_cooldown_duration = 4
    scale_in_cooldown_duration  = 5
    scale_out_threshold         = 3
    scale_in_threshold          = 1
    scale_in_step               = 1
    scale_out_step              = 1
    min_runners                 = 1
  }
}

output "function_app_name" {
  value = module.azure_autoscaler.function_app_name
}
