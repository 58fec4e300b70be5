# Every process of Rabisco on Nomad, over a PostgreSQL, a Redis and a bucket that are already there. See docs/deploy.md,
# "Nomad". Clients need Docker with volumes (plugin "docker" { config { volumes { enabled = true } } }), and in their client
# block max_kill_timeout = "150s": a worker gives running films 110 seconds.
#
# A task that ends is started again. One that hangs is not noticed by Nomad unless it is the page; the bot's alarms tell of
# it. Where there is Consul, a check of type "script" can run python -I -S /app/healthcheck.py.
#
#   nomad job run -var image=registry.example.com/you/rabisco:v1.2.3 -var site=films.example.com rabisco.nomad.hcl

variable "image" {
  type        = string
  description = "The image, with its tag."
}

variable "site" {
  type        = string
  description = "The name people reach the page at."
}

variable "datacenters" {
  type    = list(string)
  default = ["dc1"]
}

variable "media_url" {
  type    = string
  default = "s3://films-example/media"
}

variable "backup_url" {
  type    = string
  default = "s3://films-example/backups"
}

variable "admin_ids" {
  type    = string
  default = ""
}


variable "workers" {
  type        = number
  default     = 2
  description = "Worker processes; each makes two films at a time."
}

job "rabisco" {
  datacenters = var.datacenters
  type        = "service"

  update {
    max_parallel      = 1
    min_healthy_time  = "20s"
    healthy_deadline  = "10m" # the first of a version brings the database to its schema, the others wait
    progress_deadline = "20m"
    auto_revert       = true
  }

  spread {
    attribute = "${node.unique.id}"
  }

  # The page, the API, webhooks, and backups, which one of the processes makes.
  group "web" {
    count = 2

    restart {
      interval = "10m"
      attempts = 5
      delay    = "15s"
      mode     = "delay"
    }

    network {
      port "http" {
        to = 8000
      }
    }

    service {
      name     = "rabisco-web"
      port     = "http"
      provider = "nomad"
      tags = [
        "traefik.enable=true",
        "traefik.http.routers.rabisco.rule=Host(`${var.site}`)",
        "traefik.http.routers.rabisco.tls.certresolver=letsencrypt",
      ]

      check {
        type     = "http"
        path     = "/health"
        interval = "10s"
        timeout  = "2s"

        check_restart {
          limit = 6
          grace = "10m"
        }
      }
    }

    shutdown_delay = "5s"

    task "web" {
      driver = "docker"
      user   = "10001:10001"

      config {
        image           = var.image
        args            = ["web", "--host", "0.0.0.0", "--port", "8000"]
        ports           = ["http"]
        init            = true
        readonly_rootfs = true
        cap_drop        = ["all"]
        security_opt    = ["no-new-privileges:true"]
        pids_limit      = 512

        ulimit {
          nofile = "16384:16384"
        }

        mount {
          type   = "tmpfs"
          target = "/tmp"
          tmpfs_options {
            size = 67108864
          }
        }

        mount {
          type   = "volume"
          target = "/data"
          source = "rabisco-${NOMAD_GROUP_NAME}-${NOMAD_ALLOC_INDEX}"
        }
      }

      env {
        MODE                = "production"
        PUBLIC_URL          = "https://${var.site}"
        MEDIA_URL           = var.media_url
        BACKUP_URL          = var.backup_url
        ADMIN_IDS           = var.admin_ids
        FORWARDED_ALLOW_IPS = "private" # Traefik, which replaces what strangers send, has an address of the datacenter's
      }

      # what all processes need, and what this one needs besides
      template {
        data        = <<EOF
{{ with nomadVar "nomad/jobs/rabisco" }}{{ range .Tuples }}{{ .K }}={{ .V | toJSON }}
{{ end }}{{ end }}
{{ if nomadVarExists "nomad/jobs/rabisco/web" }}{{ with nomadVar "nomad/jobs/rabisco/web" }}{{ range .Tuples }}{{ .K }}={{ .V | toJSON }}
{{ end }}{{ end }}{{ end }}
EOF
        destination = "secrets/settings.env"
        env         = true
      }

      kill_signal  = "SIGTERM"
      kill_timeout = "30s"

      resources {
        cpu    = 500
        memory = 1024
      }
    }
  }

  # The Telegram bots of all tenants. Each bot is one process's at a time, by a lease.
  group "telegram" {
    count = 2

    restart {
      interval = "10m"
      attempts = 5
      delay    = "15s"
      mode     = "delay"
    }

    task "telegram" {
      driver = "docker"
      user   = "10001:10001"

      config {
        image           = var.image
        args            = ["telegram"]
        init            = true
        readonly_rootfs = true
        cap_drop        = ["all"]
        security_opt    = ["no-new-privileges:true"]
        pids_limit      = 512

        ulimit {
          nofile = "16384:16384"
        }

        mount {
          type   = "tmpfs"
          target = "/tmp"
          tmpfs_options {
            size = 67108864
          }
        }

        mount {
          type   = "volume"
          target = "/data"
          source = "rabisco-${NOMAD_GROUP_NAME}-${NOMAD_ALLOC_INDEX}"
        }
      }

      env {
        MODE           = "production"
        PUBLIC_URL     = "https://${var.site}"
        MEDIA_URL      = var.media_url
        BACKUP_URL     = var.backup_url
        ADMIN_IDS      = var.admin_ids
      }

      # what all processes need, and what this one needs besides
      template {
        data        = <<EOF
{{ with nomadVar "nomad/jobs/rabisco" }}{{ range .Tuples }}{{ .K }}={{ .V | toJSON }}
{{ end }}{{ end }}
{{ if nomadVarExists "nomad/jobs/rabisco/telegram" }}{{ with nomadVar "nomad/jobs/rabisco/telegram" }}{{ range .Tuples }}{{ .K }}={{ .V | toJSON }}
{{ end }}{{ end }}{{ end }}
EOF
        destination = "secrets/settings.env"
        env         = true
      }

      kill_signal  = "SIGTERM"
      kill_timeout = "30s"

      resources {
        cpu    = 500
        memory = 1024
      }
    }
  }

  # The WhatsApp numbers of all tenants, 4 in a gateway process, about 130 MB each. Each number is one process's at a time.
  group "whatsapp" {
    count = 2

    restart {
      interval = "10m"
      attempts = 5
      delay    = "15s"
      mode     = "delay"
    }

    task "whatsapp" {
      driver = "docker"
      user   = "10001:10001"

      config {
        image           = var.image
        args            = ["whatsapp"]
        init            = true
        readonly_rootfs = true
        cap_drop        = ["all"]
        security_opt    = ["no-new-privileges:true"]
        pids_limit      = 512

        ulimit {
          nofile = "16384:16384"
        }

        mount {
          type   = "tmpfs"
          target = "/tmp"
          tmpfs_options {
            size = 67108864
          }
        }

        mount {
          type   = "volume"
          target = "/data"
          source = "rabisco-${NOMAD_GROUP_NAME}-${NOMAD_ALLOC_INDEX}"
        }
      }

      env {
        MODE           = "production"
        PUBLIC_URL     = "https://${var.site}"
        MEDIA_URL      = var.media_url
        BACKUP_URL     = var.backup_url
        ADMIN_IDS      = var.admin_ids
      }

      # what all processes need, and what this one needs besides
      template {
        data        = <<EOF
{{ with nomadVar "nomad/jobs/rabisco" }}{{ range .Tuples }}{{ .K }}={{ .V | toJSON }}
{{ end }}{{ end }}
{{ if nomadVarExists "nomad/jobs/rabisco/whatsapp" }}{{ with nomadVar "nomad/jobs/rabisco/whatsapp" }}{{ range .Tuples }}{{ .K }}={{ .V | toJSON }}
{{ end }}{{ end }}{{ end }}
EOF
        destination = "secrets/settings.env"
        env         = true
      }

      kill_signal  = "SIGTERM"
      kill_timeout = "30s"

      resources {
        cpu    = 500
        memory = 2048
      }
    }
  }

  # Workers. One film may take 1.5 GB, in 4K 2.5 GB, and WORKERS (2) are made at the same time.
  group "worker" {
    count = var.workers

    restart {
      interval = "10m"
      attempts = 5
      delay    = "15s"
      mode     = "delay"
    }

    scaling {
      enabled = true
      min     = 2
      max     = 20

      # read by the Nomad Autoscaler, where it runs: films keep their cores busy as long as there are any
      policy {
        cooldown            = "10m"
        evaluation_interval = "30s"

        check "processor" {
          source = "nomad-apm"
          query  = "avg_cpu"

          strategy "target-value" {
            target = 70
          }
        }
      }
    }

    task "worker" {
      driver = "docker"
      user   = "10001:10001"

      config {
        image           = var.image
        args            = ["worker"]
        init            = true
        readonly_rootfs = true
        cap_drop        = ["all"]
        security_opt    = ["no-new-privileges:true"]
        pids_limit      = 512

        ulimit {
          nofile = "16384:16384"
        }

        mount {
          type   = "tmpfs"
          target = "/tmp"
          tmpfs_options {
            size = 67108864
          }
        }

        mount {
          type   = "volume"
          target = "/data"
          source = "rabisco-${NOMAD_GROUP_NAME}-${NOMAD_ALLOC_INDEX}"
        }
      }

      env {
        MODE           = "production"
        PUBLIC_URL     = "https://${var.site}"
        MEDIA_URL      = var.media_url
        BACKUP_URL     = var.backup_url
        ADMIN_IDS      = var.admin_ids
        WORKERS        = 2
      }

      # what all processes need, and what this one needs besides
      template {
        data        = <<EOF
{{ with nomadVar "nomad/jobs/rabisco" }}{{ range .Tuples }}{{ .K }}={{ .V | toJSON }}
{{ end }}{{ end }}
{{ if nomadVarExists "nomad/jobs/rabisco/worker" }}{{ with nomadVar "nomad/jobs/rabisco/worker" }}{{ range .Tuples }}{{ .K }}={{ .V | toJSON }}
{{ end }}{{ end }}{{ end }}
EOF
        destination = "secrets/settings.env"
        env         = true
      }

      kill_signal  = "SIGTERM"
      kill_timeout = "150s"

      resources {
        cores  = 2
        memory = 5120
      }
    }
  }
}
