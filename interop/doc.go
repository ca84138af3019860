// Package interop holds only tests. Real clients (the AWS CLI, boto3, the SDKs for Go and
// JavaScript) sign in to the emulator and share one cache with lanyard.
//
// Tests of a client that is not installed are skipped, and the reason says how to install
// it.
package interop
