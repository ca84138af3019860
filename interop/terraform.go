//go:build ignore

// Command terraform resolves profiles like Terraform's AWS provider, with the provider's own
// module. The tests in this folder build it.
//
// stdin has a JSON array of {"profile", "env"}: the profile of the provider's configuration,
// "" for none, and variables. stdout gets a JSON array of {"arn"} or {"error"}.
//
// The program has its own list of modules, so that lanyard does not depend on them. To update it:
//
//	go get -modfile=interop/terraform.mod github.com/hashicorp/aws-sdk-go-base/v2
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/sts"
	base "github.com/hashicorp/aws-sdk-go-base/v2"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	var tasks []struct {
		Profile string
		Env     map[string]string
	}
	if err := json.NewDecoder(os.Stdin).Decode(&tasks); err != nil {
		return err
	}
	type finding struct {
		Arn   string `json:"arn"`
		Error string `json:"error"`
	}
	found := make([]finding, len(tasks))
	for i, task := range tasks {
		before := os.Environ()
		for name, value := range task.Env {
			_ = os.Setenv(name, value) // the names are valid
		}
		arn, err := identity(context.Background(), task.Profile)
		found[i].Arn = arn
		if err != nil {
			found[i].Error = err.Error()
		}
		os.Clearenv()
		for _, entry := range before {
			name, value, _ := strings.Cut(entry, "=")
			_ = os.Setenv(name, value) // as above
		}
	}
	return json.NewEncoder(os.Stdout).Encode(found)
}

// identity returns the ARN of a profile.
func identity(ctx context.Context, profile string) (string, error) {
	ctx, cfg, problems := base.GetAwsConfig(ctx, &base.Config{Profile: profile, Region: "us-east-1", MaxRetries: 1, SuppressDebugLog: true})
	for _, p := range problems.Errors() {
		return "", errors.New(p.Summary() + ": " + p.Detail())
	}
	out, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, nil)
	if err != nil {
		return "", err
	}
	return *out.Arn, nil
}
