// Package equal compares the requests of package call with the requests of botocore, the AWS CLI's
// library. It has only tests. "make equal" compares all operations of the tables, and prints
// figures:
//
//	make equal DATA=FOLDER
//
// With DATA, botocore uses the models in FOLDER, which should be the models of the tables. Without
// DATA, botocore uses its own models. Then the inputs of some operations are invalid for one of the
// two models; the figures count these operations.
package equal
