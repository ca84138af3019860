package awsmodel

// endpointsTable is the name of the table that is of no service.
const endpointsTable = "endpoints"
