// Package interop holds tests only: real clients (the AWS CLI, boto3, the SDKs
// for Go and JavaScript) log in to the emulator, and work beside lanyard on one
// cache.
//
// A client that is not installed is skipped, with a line that says how to get it.
package interop
