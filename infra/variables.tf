# The first seven are the interface of the Python autoscaler's module: names, types and defaults stay as they were.

variable "azure_location" {
  description = "Azure region; Flex Consumption must be offered there (az functionapp list-flexconsumption-locations)"
  type        = string
  default     = "westeurope"
}

variable "resource_group_name" {
  description = "Name of an existing resource group for the autoscaler's own resources"
  type        = string
}

variable "stackguardian" {
  description = <<-EOT
    StackGuardian platform.
    - api_key: key (`sgu_…` or `sgo_…`), or a Key Vault reference `@Microsoft.KeyVault(SecretUri=…)`, which keeps it out of the state
    - org_name: organization
    - api_uri: API of the region, e.g. https://api.us.stackguardian.io
    - runner_type: `external` or `shared-external`
  EOT
  type = object({
    api_key     = string
    org_name    = string
    api_uri     = optional(string, "https://api.app.stackguardian.io")
    runner_type = optional(string, "external")
  })
  sensitive = true

  validation {
    condition     = can(regex("^(sg[ou]_|@Microsoft\\.KeyVault\\()", var.stackguardian.api_key))
    error_message = "stackguardian.api_key: accepted is a key that begins with sgu_ or sgo_, or a Key Vault reference."
  }
}

variable "vmss" {
  description = "The existing VM scale set. An empty resource_group_name means var.resource_group_name"
  type = object({
    name                = string
    resource_group_name = optional(string, "")
  })
}

variable "override_names" {
  description = "global_prefix begins the name of every resource; runner_group_name is the runner group that is watched (default: the prefix)"
  type = object({
    global_prefix     = string
    runner_group_name = optional(string, "")
  })
  default = {
    global_prefix = "sg-runner"
  }

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,39}$", var.override_names.global_prefix))
    error_message = "override_names.global_prefix: accepted are 1 to 40 of a-z, 0-9 and \"-\", a letter first."
  }
}

variable "scaling" {
  description = "Thresholds, steps and cooldowns (minutes) of scaling. max_runners unset: bounded by the platform alone"
  type = object({
    scale_out_cooldown_duration = optional(number, 4)
    scale_in_cooldown_duration  = optional(number, 5)
    scale_out_threshold         = optional(number, 3)
    scale_in_threshold          = optional(number, 1)
    scale_in_step               = optional(number, 1)
    scale_out_step              = optional(number, 1)
    min_runners                 = optional(number, 1)
    max_runners                 = optional(number)
  })
  default = {
    scale_out_cooldown_duration = 4
    scale_in_cooldown_duration  = 5
    scale_out_threshold         = 3
    scale_in_threshold          = 1
    scale_in_step               = 1
    scale_out_step              = 1
    min_runners                 = 1
  }
}

variable "storage" {
  description = "Storage account of state, host and task hub. use_managed_identity = false falls back to connection strings"
  type = object({
    account_tier             = optional(string, "Standard")
    account_replication_type = optional(string, "LRS")
    use_managed_identity     = optional(bool, true)
  })
  default = {
    account_tier             = "Standard"
    account_replication_type = "LRS"
  }

  validation {
    condition     = var.storage.account_tier == "Standard"
    error_message = "storage.account_tier: accepted is Standard; a Premium account has no queues and tables, which Durable Functions needs."
  }
}

# What follows is new and optional.

variable "app_settings" {
  description = "Further app settings, such as DRY_RUN, POOLS or BOOT_TIMEOUT_MINUTES; they win over the module's own"
  type        = map(string)
  default     = {}
}

variable "package_file" {
  description = "The zip of `npm run package`. Given, an apply deploys it with the Azure CLI; null: deploy it yourself (output deploy_command)"
  type        = string
  default     = null
}

variable "runtime_version" {
  description = "Major version of Node: 22 or 24"
  type        = string
  default     = "22"

  validation {
    condition     = contains(["22", "24"], var.runtime_version)
    error_message = "runtime_version: accepted are 22 and 24."
  }
}

variable "always_ready" {
  description = "Always-ready instances by scale group. Without durable = 1 the loop's instance may be taken away between two ticks"
  type        = map(number)
  default     = { durable = 1 }
}

variable "maximum_instance_count" {
  description = "The most instances per scale group of the Function App (40 is Azure's least)"
  type        = number
  default     = 40
}

variable "instance_memory_mb" {
  description = "Memory of an instance: 512, 2048 or 4096"
  type        = number
  default     = 2048
}

variable "create_custom_role" {
  description = "false: the built-in roles Virtual Machine Contributor and Reader, where custom roles may not be defined"
  type        = bool
  default     = true
}

variable "linked_scopes" {
  description = "Further scopes (resource groups or resources) that a capacity write joins, such as the runners' subnet, outside the scale set's group"
  type        = list(string)
  default     = []
}

variable "key_vault_id" {
  description = "Resource id of the Key Vault that stackguardian.api_key refers to; the app's identity may then read its secrets"
  type        = string
  default     = null
}

variable "action_group_ids" {
  description = "Action groups that the alert rules notify"
  type        = list(string)
  default     = []
}

variable "log_retention_days" {
  description = "Days that the Log Analytics workspace keeps logs"
  type        = number
  default     = 30
}

variable "tags" {
  description = "Tags of every resource"
  type        = map(string)
  default     = {}
}
