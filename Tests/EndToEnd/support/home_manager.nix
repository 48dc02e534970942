# Evaluates the home-manager module with the few functions of nixpkgs that it uses, and nothing built.
{ module, given }:
let
  lib = {
    inherit (builtins) filter any;
    optionalAttrs = condition: set: if condition then set else { };
    hasPrefix = prefix: text: builtins.substring 0 (builtins.stringLength prefix) text == prefix;
    mkEnableOption = description: { inherit description; };
    mkOption = option: option;
    mkIf = condition: content: if condition then content else { };
    types = {
      package = "package";
      str = "str";
      nullOr = type: "null or ${type}";
      submodule = _: "submodule";
    };
  };
  pkgs = {
    formats.json = _: {
      type = "json";
      generate = _: value: builtins.toJSON value;
    };
    runCommand = _: _: script: script;
    stdenv.hostPlatform.isLinux = true;
    # Has `bin/kill` on every machine.
    coreutils = "";
  };
  defaults = {
    package = "/package";
    tokenFile = null;
    settings = { };
  };
  spoke = defaults // builtins.fromJSON given;
  evaluated = import module {
    inherit lib pkgs;
    config.services.tributary-spoke = spoke;
  };
in
{
  options = builtins.attrNames evaluated.options.services.tributary-spoke;
  config = evaluated.config;
  failed =
    if evaluated.config ? assertions then
      map (one: one.message) (builtins.filter (one: !one.assertion) evaluated.config.assertions)
    else
      [ ];
}
