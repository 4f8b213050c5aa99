# shellcheck shell=bash
# Read by the scripts beside it: where the checkout is, how they speak, how they find .NET.

cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
script=${0##*/}

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 TESTINGPLATFORM_TELEMETRY_OPTOUT=1
# A published program looks for the runtime by itself, and only in the usual places.
if [ -z "${DOTNET_ROOT:-}" ] && command -v dotnet >/dev/null; then
  DOTNET_ROOT=$(dirname "$(readlink -f "$(command -v dotnet)")")
  export DOTNET_ROOT
fi

say() { printf '%s: %s\n' "$script" "$*" >&2; }

die() {
  say "$1"
  exit "${2:-1}"
}

# The comment at the top of a script is its manual.
manual() { sed -n '2,/^$/s/^# \{0,1\}//p' "$root/bin/$script"; }

# For scripts that take no other argument.
no_arguments() {
  case "${1:-}" in
    '') ;;
    -h | --help) manual; exit 0 ;;
    *) die "does not know '$1'; see bin/$script --help" 2 ;;
  esac
}

# What the published program is made of, as one line: changes when a file is added, edited or deleted.
sources() {
  find src tools Directory.Build.props Directory.Packages.props global.json \
    \( -name bin -o -name obj \) -prune -o -type f -printf '%p %s %T@\n' | LC_ALL=C sort | sha256sum
}

# Publishes src/Domi.Web to out/domi, beside it first, so that a broken build leaves the old program in place.
publish() {
  mkdir -p out
  (
    flock 9
    before=$(sources)
    rm -rf out/domi.next
    # What the modules' tables look like, as code: a start that has to find it out takes a fifth longer.
    dotnet build tools/Domi.CompiledModels -c Release -p:RunAnalyzers=false -v quiet -warnaserror 9>&- >&2
    dotnet tools/Domi.CompiledModels/bin/Release/net10.0/Domi.CompiledModels.dll out/models 9>&- >&2
    # For this system alone: pictures and databases bring half a gigabyte of native code for all others. What analyzers say is the build's.
    dotnet publish src/Domi.Web -c Release --use-current-runtime --self-contained false -p:RunAnalyzers=false -p:CompiledModels="$root/out/models" -o out/domi.next -v quiet -warnaserror 9>&- >&2
    rm -rf out/domi
    mv out/domi.next out/domi
    printf '%s\n' "$before" >out/domi.sources
  ) 9>out/publish.lock
}

is_published() { [ -x out/domi/domi ] && [ "$(sources)" = "$(cat out/domi.sources 2>/dev/null)" ]; }

publish_when_changed() {
  is_published && return
  say 'building the program'
  publish
}

# A checkout works on its own data, and in Development, unless the environment says otherwise.
develop() {
  export ASPNETCORE_ENVIRONMENT="${ASPNETCORE_ENVIRONMENT:-Development}"
  export DOTNET_ENVIRONMENT="${DOTNET_ENVIRONMENT:-$ASPNETCORE_ENVIRONMENT}"
  export Domi__Data="${Domi__Data:-$root/data}"
}
