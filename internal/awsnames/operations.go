package awsnames

import "strings"

// Twin reports whether AWS has an operation with this name that differs by one typo from another
// operation of the same service, such as get-queue-attributes and set-queue-attributes.
func Twin(operation string) bool {
	for known := range strings.FieldsSeq(twins) {
		if known == operation {
			return true
		}
	}
	return false
}

// twins lists these operations of all services of the AWS CLI 2.36.7.
const twins = `
associate-package associate-packages create-link create-location-efs create-location-nfs create-player-session
create-player-sessions create-sink create-snapshot create-snapshots delete-link delete-object delete-objects
delete-parameter delete-parameters delete-sink describe-budget describe-budgets describe-connector describe-connectors
describe-domain describe-domains describe-elasticsearch-domain describe-elasticsearch-domains describe-lags
describe-location-efs describe-location-nfs describe-stack-resource describe-stack-resources describe-tags
dissociate-package dissociate-packages get-api get-api-key get-api-keys get-api-mapping get-api-mappings get-apis
get-app get-apps get-authorizer get-authorizers get-base-path-mapping get-base-path-mappings get-blueprint-run
get-blueprint-runs get-bot get-bot-channel-association get-bot-channel-associations get-bots get-builtin-intent
get-builtin-intents get-campaign get-campaign-version get-campaign-versions get-campaigns get-catalog get-catalogs
get-classifier get-classifiers get-client-certificate get-client-certificates get-cognito-events
get-column-statistics-task-run get-column-statistics-task-runs get-connection get-connections get-crawler get-crawlers
get-data-retrieval-policy get-database get-databases get-dedicated-ip get-dedicated-ips get-deployment get-deployments
get-dev-endpoint get-dev-endpoints get-disk get-disk-snapshot get-disk-snapshots get-disks get-documentation-part
get-documentation-parts get-documentation-version get-documentation-versions get-domain get-domain-name
get-domain-names get-domains get-endpoint-attributes get-export-job get-export-jobs get-gateway-response
get-gateway-responses get-group get-groups get-identity-pool-configuration get-identity-pool-roles get-import-job
get-import-jobs get-instance get-instance-snapshot get-instance-snapshots get-instances get-integration
get-integration-response get-integration-responses get-integrations get-intent get-intents get-job get-job-run
get-job-runs get-jobs get-key-pair get-key-pairs get-link get-load-balancer get-load-balancers
get-log-delivery-configuration get-logging-options get-migration get-migrations get-ml-task-run get-ml-task-runs
get-ml-transform get-ml-transforms get-model get-models get-operation get-operations get-parameter get-parameters
get-partition get-partitions get-platform-application-attributes get-principal-tag-attribute-map get-queue-attributes
get-recommender-configuration get-recommender-configurations get-relational-database get-relational-database-snapshot
get-relational-database-snapshots get-relational-databases get-repository-policy get-request-validator
get-request-validators get-resource get-resources get-rest-api get-rest-apis get-route get-route-response
get-route-responses get-routes get-sdk-type get-sdk-types get-security-configuration get-security-configurations
get-segment get-segment-version get-segment-versions get-segments get-sink get-slot-type get-slot-types
get-sms-attributes get-stack-policy get-stage get-stages get-static-ip get-static-ips get-subscription-attributes
get-table get-table-version get-table-versions get-tables get-topic-attributes get-trigger get-triggers
get-ui-customization get-unfiltered-partition-metadata get-unfiltered-partitions-metadata get-usage-plan
get-usage-plan-key get-usage-plan-keys get-usage-plans get-user-defined-function get-user-defined-functions
get-user-pool-mfa-config get-v2-logging-options get-vault-access-policy get-vault-notifications get-vpc-link
get-vpc-links get-workflow-run get-workflow-runs list-links list-sinks list-tags-for-resource list-tags-for-resources
put-record put-records set-cognito-events set-data-retrieval-policy set-endpoint-attributes
set-identity-pool-configuration set-identity-pool-roles set-log-delivery-configuration set-logging-options
set-platform-application-attributes set-principal-tag-attribute-map set-queue-attributes set-repository-policy
set-sms-attributes set-stack-policy set-subscription-attributes set-topic-attributes set-ui-customization
set-user-pool-mfa-config set-v2-logging-options set-vault-access-policy set-vault-notifications update-location-efs
update-location-nfs update-routing-control-state update-routing-control-states
`
