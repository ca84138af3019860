// Package interop has only tests. In these tests, real clients (the AWS CLI, boto3, the SDKs for
// Go and JavaScript, the module of Terraform's AWS provider) sign in to the emulator. They share
// one cache with lanyard.
//
// If a client is not installed, its tests are skipped. The reason names the command that installs
// the client.
package interop
