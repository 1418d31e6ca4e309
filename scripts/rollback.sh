#!/usr/bin/env bash
# Goes back to an earlier revision: a new one is made that is its copy, with its image and its settings.
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
  cat <<'TEXT'
usage: scripts/rollback.sh --environment NAME [--revision REVISION] [--failed-image REF] [--stop-first] [--list] [--dry-run]
  --environment NAME     name of the deployment (or AZURE_ENV_NAME)
  --revision REVISION    where to go back to; default: the newest revision with another image than the current one
  --failed-image REF     does nothing unless the newest revision has this image: a deployment that failed earlier left the old one running
  --stop-first           stops the running revision before its successor starts, for a quota of one GPU (or RILL_STOP_FIRST=true)
  --list                 lists the revisions, oldest first, and ends
  --dry-run              finds the revision, and prints the command that would copy it
  The next scripts/deploy.sh deploys what the checkout says, whatever runs.
TEXT
}

environment=${AZURE_ENV_NAME:-} revision="" failed_image="" list=false plan=false stop_first=${RILL_STOP_FIRST:-false}
while [ $# -gt 0 ]; do
  case "$1" in
    --environment | --revision | --failed-image) [ -n "${2-}" ] || misuse "$1 needs a value." ;;&
    -h | --help) usage; exit 0 ;;
    --environment) environment=$2; shift 2 ;;
    --revision) revision=$2; shift 2 ;;
    --failed-image) failed_image=$2; shift 2 ;;
    --stop-first) stop_first=true; shift ;;
    --list) list=true; shift ;;
    --dry-run) plan=true; shift ;;
    *) misuse "$1 is unknown." ;;
  esac
done
[ -n "$environment" ] || misuse "--environment is needed."
check_name "$environment"
[[ $stop_first =~ ^(true|false)$ ]] || misuse "RILL_STOP_FIRST takes true or false."
need_azure
group=rg-$environment

app=$(find_app "$environment") || app=""
[ -n "$app" ] || fail "there is no app in $group; deploy it first: scripts/deploy.sh --environment $environment --location REGION"
# One line a revision: name, tab, image.
revisions=$(ask containerapp revision list --name "$app" --resource-group "$group" --all \
  --query "sort_by([], &properties.createdTime)[].[name, properties.template.containers[0].image]")
[ -n "$revisions" ] || fail "$app has no revisions; deploy it: scripts/deploy.sh --environment $environment --location REGION"
if $list; then echo "$revisions"; exit; fi

current_image=$(tail -n 1 <<<"$revisions" | cut -f 2)
if [ -n "$failed_image" ] && [ "$failed_image" != "$current_image" ]; then
  say "The newest revision has $current_image, not $failed_image: nothing to go back from."
  exit
fi
if [ -z "$revision" ]; then
  revision=$(awk -F '\t' -v current="$current_image" '$2 != current { found = $1 } END { print found }' <<<"$revisions")
  [ -n "$revision" ] || fail "every revision kept has the image $current_image; deploy an older commit: scripts/deploy.sh --image REF ..."
else
  cut -f 1 <<<"$revisions" | grep -qx -- "$revision" || fail "$app has no revision $revision; see: scripts/rollback.sh --environment $environment --list"
fi

say "Going back to $revision ..."
dry_run=$plan
if $stop_first; then stop_running "$environment" "$app"; fi
change az containerapp revision copy --name "$app" --resource-group "$group" --from-revision "$revision" --output none
wait_until_ready "$environment" "$app"
