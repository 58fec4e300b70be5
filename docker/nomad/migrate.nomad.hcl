# Brings the database to the schema of an image before its processes start: nomad job run -var image=... migrate.nomad.hcl
# They would do it themselves, one of them while the others wait. It may use nomad/jobs/rabisco by this policy:
#
#   nomad acl policy apply -namespace default -job rabisco-migrate rabisco-migrate policy.hcl
#
# with the line: namespace "default" { variables { path "nomad/jobs/rabisco" { capabilities = ["read"] } } }

variable "image" {
  type        = string
  description = "The image, with its tag."
}

variable "datacenters" {
  type    = list(string)
  default = ["dc1"]
}

job "rabisco-migrate" {
  datacenters = var.datacenters
  type        = "batch"

  group "migrate" {
    restart {
      attempts = 3
      delay    = "15s"
      interval = "15m"
      mode     = "fail"
    }

    task "migrate" {
      driver = "docker"
      user   = "10001:10001"

      config {
        image           = var.image
        args            = ["migrate"]
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
          source = "rabisco-migrate"
        }
      }

      env {
        MODE = "production"
      }

      template {
        data        = <<EOF
{{ with nomadVar "nomad/jobs/rabisco" }}DATABASE_URL={{ .DATABASE_URL | toJSON }}{{ end }}
EOF
        destination = "secrets/settings.env"
        env         = true
      }

      resources {
        cpu    = 200
        memory = 512
      }
    }
  }
}
