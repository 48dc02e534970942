# A home-manager module: keeps the patterns of one account and its hub in step.
#
#   imports = [ ./nix/home-manager.nix ];
#   services.tributary-spoke = {
#     enable = true;
#     package = tributary;
#     tokenFile = "/run/user/1000/secrets/tributary-token";
#     settings = {
#       hub = "https://hub.example:8092";
#       node = "alice";
#       sources = [ "jsonl:~/.local/share/patterns" ];
#       sinks = [ "jsonl:~/.local/share/learned" ];
#     };
#   };
{
  config,
  lib,
  pkgs,
  ...
}:
let
  cfg = config.services.tributary-spoke;
  json = pkgs.formats.json { };
  program = "${cfg.package}/bin/tributary-spoke";
  settings = cfg.settings // lib.optionalAttrs (cfg.tokenFile != null) { inherit (cfg) tokenFile; };
  written = json.generate "tributary-spoke.json" settings;
  # A slip in the settings fails here, and not later in the journal.
  checked = pkgs.runCommand "tributary-spoke-checked.json" { } ''
    ${program} config check ${written}
    cp ${written} $out
  '';
  inStore = path: lib.hasPrefix builtins.storeDir (toString path);
  # Each hub's own file of a token counts too, and a hub may be its address alone.
  tokenFiles = lib.filter (file: file != null) (
    [ (settings.tokenFile or null) ]
    ++ map (hub: if builtins.isAttrs hub then hub.tokenFile or null else null) (settings.hubs or [ ])
  );
  hasToken = settings ? token || lib.any (hub: hub ? token) (settings.hubs or [ ]);
in
{
  options.services.tributary-spoke = {
    enable = lib.mkEnableOption "the Tributary spoke, which shares what this account's agents learned";

    package = lib.mkOption {
      type = lib.types.package;
      description = "The package with `bin/tributary-spoke`.";
    };

    tokenFile = lib.mkOption {
      type = lib.types.nullOr lib.types.str;
      default = null;
      example = "/run/user/1000/secrets/tributary-token";
      description = ''
        The file, mode 0600, that holds this node's token and nothing else. It must not be in the Nix store, which
        everybody can read.
      '';
    };

    settings = lib.mkOption {
      type = lib.types.submodule { freeformType = json.type; };
      default = { };
      example = {
        hub = "https://hub.example:8092";
        node = "alice";
        sources = [ "jsonl:~/.local/share/patterns" ];
      };
      description = ''
        The contents of `~/.config/tributary/spoke.json`, checked by the program itself when the configuration is built.
        Secrets have no place in it.
      '';
    };
  };

  config = lib.mkIf cfg.enable {
    assertions = [
      {
        assertion = pkgs.stdenv.hostPlatform.isLinux;
        message = "services.tributary-spoke needs systemd's user services, which only Linux has.";
      }
      {
        assertion = settings ? hub || settings ? hubs;
        message = "services.tributary-spoke.settings names no hub: set `hub` to its address, or `hubs` to several.";
      }
      {
        assertion = !(settings ? hub && settings ? hubs);
        message = "services.tributary-spoke.settings has both `hub` and `hubs`: list all hubs in `hubs`.";
      }
      {
        assertion = !hasToken;
        message = ''
          services.tributary-spoke.settings has a token, which everybody could read in the Nix store: write it into a file
          outside of the store, and name that with services.tributary-spoke.tokenFile.
        '';
      }
      {
        assertion = !(lib.any inStore tokenFiles);
        message = ''
          services.tributary-spoke.tokenFile is in the Nix store, which everybody can read: name a file outside of it, as
          text and not as a path.
        '';
      }
    ];

    home.packages = [ cfg.package ];

    xdg.configFile."tributary/spoke.json".source = checked;

    systemd.user.services.tributary-spoke = {
      Unit = {
        Description = "Tributary spoke";
        StartLimitIntervalSec = "10min";
        StartLimitBurst = 10;
        X-Restart-Triggers = [ "${checked}" ];
      };
      Service = {
        Type = "notify";
        NotifyAccess = "main";
        ExecStart = "${program} run";
        ExecReload = "${pkgs.coreutils}/bin/kill -HUP $MAINPID";
        Restart = "on-failure";
        RestartSec = "5s";
        RestartPreventExitStatus = "2 8";
        WatchdogSec = "2min";
        TimeoutStopSec = "30s";
        Nice = 10;
        IOSchedulingClass = "idle";
        MemoryMax = "256M";
        TasksMax = 32;
        UMask = "0077";
        LockPersonality = true;
        MemoryDenyWriteExecute = true;
        NoNewPrivileges = true;
        RestrictAddressFamilies = "AF_INET AF_INET6 AF_UNIX";
        RestrictNamespaces = true;
        RestrictRealtime = true;
        RestrictSUIDSGID = true;
        SystemCallArchitectures = "native";
        SystemCallErrorNumber = "EPERM";
        SystemCallFilter = "@system-service";
      };
      Install.WantedBy = [ "default.target" ];
    };
  };
}
