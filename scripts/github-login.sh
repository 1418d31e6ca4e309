#!/usr/bin/env bash
# Lets the workflows of a GitHub repository log in to Azure without a secret (OpenID Connect). Two identities, since a pull request runs
# what its author wrote: one deploys, the other only reads.
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
  cat <<'TEXT'
usage: scripts/github-login.sh --environment NAME --location REGION [options]
  --environment NAME     name of the deployment that main deploys, GitHub's environment "production" (or AZURE_ENV_NAME)
  --location REGION      its Azure region (or AZURE_LOCATION)
  --staging NAME         a second deployment, which is tried before: GitHub's environment "staging"; default: none
  --repository ORG/REPO  default: the one that gh finds here
  --subject PREFIX       what the tokens' subjects begin with, repo:ORG@ID/REPO@ID; default: what GitHub's API tells
  --dry-run              prints the commands
  Needs az and gh, logged in; who runs it may make applications in Entra and assign roles in the subscription. Can be run again.
TEXT
}

environment=${AZURE_ENV_NAME:-} location=${AZURE_LOCATION:-} staging="" repository="" prefix=""
while [ $# -gt 0 ]; do
  case "$1" in
    --environment | --location | --staging | --repository | --subject) [ -n "${2-}" ] || misuse "$1 needs a value." ;;&
    -h | --help) usage; exit 0 ;;
    --environment) environment=$2; shift 2 ;;
    --location) location=$2; shift 2 ;;
    --staging) staging=$2; shift 2 ;;
    --repository) repository=$2; shift 2 ;;
    --subject) prefix=$2; shift 2 ;;
    --dry-run) dry_run=true; shift ;;
    *) misuse "$1 is unknown." ;;
  esac
done
[ -n "$environment" ] || misuse "--environment is needed."
[ -n "$location" ] || misuse "--location is needed."
check_name "$environment"
[ -z "$staging" ] || check_name "$staging"
cd "$root"
need_azure
$dry_run || need gh "https://cli.github.com, and: gh auth login"

# Repositories made or renamed since July 2026 send numbers beside the names; the API tells the prefix of either form.
if $dry_run; then
  repository=${repository:-ORG/REPO} prefix=${prefix:-PREFIX}
else
  repository=${repository:-$(gh repo view --json nameWithOwner --jq .nameWithOwner)}
  prefix=${prefix:-$(gh api "repos/$repository/actions/oidc/customization/sub" --jq '.sub_claim_prefix // empty')}
  [[ $prefix =~ ^repo:[^:]+$ ]] ||
    fail "GitHub tells no usual subject for $repository${prefix:+, but $prefix}. A run of azure/login prints the one it has: give what stands before :environment: by --subject"
fi
scope=/subscriptions/${subscription:-SUBSCRIPTION}

# The application of a name, made if it is missing. $1: name
application() {
  local found
  found=$(ask ad app list --display-name "$1" --query "[?displayName=='$1'].appId | [0]")
  if $dry_run; then
    change az ad app create --display-name "$1" >&2
  elif [ -z "$found" ]; then
    found=$(az ad app create --display-name "$1" --query appId --output tsv)
  fi
  echo "${found:-APPLICATION}"
}

# The object id of an application's service principal, made if it is missing. $1: application
principal() {
  local found
  found=$(ask ad sp list --filter "appId eq '$1'" --query "[0].id")
  if $dry_run; then
    change az ad sp create --id "$1" >&2
  elif [ -z "$found" ]; then
    found=$(az ad sp create --id "$1" --query id --output tsv)
  fi
  echo "${found:-PRINCIPAL}"
}

# Trusts tokens of the repository. $1: application, $2: what of the repository, as it stands in the subject
federate() {
  local name=${2//[^a-z]/-} subject=$prefix:$2 present
  present=$(ask ad app federated-credential list --id "$1" --query "[?subject=='$subject'].name | [0]")
  [ -z "$present" ] || return 0
  # A renamed repository has another subject: the credential's name has to be another one too.
  name+=-$(printf '%s' "$subject" | cksum | cut -d ' ' -f 1)
  change az ad app federated-credential create --id "$1" --output none --parameters \
    "{\"name\":\"$name\",\"issuer\":\"https://token.actions.githubusercontent.com\",\"subject\":\"$subject\",\"audiences\":[\"api://AzureADTokenExchange\"]}"
}

# Gives a role in the subscription; a role or principal that was made just now is unknown for a while. $1: principal, $2: role; then options
assign() {
  local who=$1 role=$2
  shift 2
  refusal='does not exist|doesn.t exist|NotFound' advice="what was made just now is not known everywhere yet; wait some minutes, and run this again." \
    patiently "Azure's directory" "$role" change az role assignment create --assignee-object-id "$who" \
    --assignee-principal-type ServicePrincipal --role "$role" --scope "$scope" --output none "$@" || fail "role $role was not assigned; the message is above."
}

say "Two identities for $repository, subjects $prefix:... , in subscription ${subscription:-SUBSCRIPTION} ..."
deploy=$(application rill-deploy)
deployer=$(principal "$deploy")
federate "$deploy" environment:production
[ -z "$staging" ] || federate "$deploy" environment:staging
assign "$deployer" Contributor
# May assign the roles of infra/modules/roles.bicep, and no others.
roles=$(grep -o "'[0-9a-f-]\{36\}'" infra/modules/roles.bicep | tr -d "'" | paste -sd, -)
assign "$deployer" "Role Based Access Control Administrator" --condition-version 2.0 --condition \
  "((!(ActionMatches{'Microsoft.Authorization/roleAssignments/write'})) OR (@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {$roles})) AND ((!(ActionMatches{'Microsoft.Authorization/roleAssignments/delete'})) OR (@Resource[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {$roles}))"

look=$(application rill-what-if)
looker=$(principal "$look")
federate "$look" pull_request
role="Rill what-if ${subscription:-SUBSCRIPTION}" # a name is taken once in the whole directory
if [ -z "$(ask role definition list --name "$role" --query "[0].roleName")" ]; then
  change az role definition create --output none --role-definition \
    "{\"Name\":\"$role\",\"Description\":\"Reads, and asks what a deployment would change\",\"Actions\":[\"*/read\",\"Microsoft.Resources/deployments/whatIf/action\",\"Microsoft.Resources/deployments/validate/action\"],\"AssignableScopes\":[\"$scope\"]}"
fi
assign "$looker" "$role"

tenant=$(ask account show --query tenantId)
variables=(AZURE_CLIENT_ID "$deploy" AZURE_WHAT_IF_CLIENT_ID "$look" AZURE_PRINCIPAL_ID "$deployer" AZURE_TENANT_ID "${tenant:-TENANT}"
  AZURE_SUBSCRIPTION_ID "${subscription:-SUBSCRIPTION}" AZURE_ENV_NAME "$environment" AZURE_LOCATION "$location")
[ -z "$staging" ] || variables+=(AZURE_STAGING_ENV_NAME "$staging")
for ((i = 0; i < ${#variables[@]}; i += 2)); do
  change gh variable set "${variables[i]}" --body "${variables[i + 1]}" --repo "$repository"
done
say "Done. RILL_ variables of docs/deploy.md are set the same way: gh variable set RILL_GPU --body none"
