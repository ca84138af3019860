package servicecmd

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/engine/call"
	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/signin"
	"github.com/lanyard-cli/lanyard/internal/terminal"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// newS3Make returns the command s3 mb.
func newS3Make(app *command.App) *cobra.Command {
	cmd := &cobra.Command{
		Use:         "mb S3URI",
		Short:       "Make a bucket",
		Long:        "Make the bucket s3://BUCKET in the region of the profile. If this fails, the\nexit code is 1.",
		Example:     `lanyard s3 mb s3://my-bucket --region eu-west-1`,
		Annotations: cmdline.Uses("profile", "region", cmdline.Role, "endpoint-url", "no-sign-request", cmdline.Connection),
		Args: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed(tagsFlag) {
				return nil // the AWS CLI reads two words after each --tags
			}
			return wantPath(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed(tagsFlag) {
				return &command.ElsewhereError{Why: command.Usagef("s3 mb --tags needs the AWS CLI")}
			}
			return makeBucket(cmd.Context(), app, args[0])
		},
	}
	cmd.Flags().StringArray(tagsFlag, nil, "tag the bucket with `KEY` and a value; needs the AWS CLI")
	return cmd
}

const tagsFlag = "tags"

// newS3Remove returns the command s3 rb.
func newS3Remove(app *command.App) *cobra.Command {
	var force bool
	cmd := &cobra.Command{
		Use:         "rb S3URI",
		Short:       "Remove an empty bucket",
		Long:        "Remove the empty bucket s3://BUCKET. If this fails, the exit code is 1.",
		Example:     `lanyard s3 rb s3://my-bucket`,
		Annotations: cmdline.Uses("profile", "region", cmdline.Role, "endpoint-url", "no-sign-request", cmdline.Connection),
		Args:        wantPath,
		RunE: func(cmd *cobra.Command, args []string) error {
			if force {
				return &command.ElsewhereError{Why: command.Usagef("s3 rb --force needs the AWS CLI")}
			}
			return removeBucket(cmd.Context(), app, args[0])
		},
	}
	cmd.Flags().BoolVar(&force, "force", false, "first delete all objects; needs the AWS CLI")
	return cmd
}

// makeBucket makes the bucket of a path.
func makeBucket(ctx context.Context, app *command.App, path string) error {
	bucket, _, err := onlyBucket(path)
	if err != nil {
		return err
	}
	if strings.HasSuffix(bucket, "--x-s3") {
		return command.Usagef("Cannot use mb command with a directory bucket.")
	}
	return callBucket(ctx, app, "make_bucket", path, bucket, "create-bucket", func(region string) *document.Object {
		input := new(document.Object)
		input.Set("Bucket", bucket)
		if strings.HasSuffix(bucket, "-an") { // the names of the buckets of one account in one region
			input.Set("BucketNamespace", "account-regional")
		}
		if region != "us-east-1" {
			config := new(document.Object)
			config.Set("LocationConstraint", region)
			input.Set("CreateBucketConfiguration", config)
		}
		return input
	})
}

// removeBucket removes the bucket of a path.
func removeBucket(ctx context.Context, app *command.App, path string) error {
	bucket, key, err := onlyBucket(path)
	if err != nil {
		return err
	}
	if key != "" {
		return command.Usagef("Please specify a valid bucket name only. E.g. s3://%s", bucket)
	}
	return callBucket(ctx, app, "remove_bucket", path, bucket, "delete-bucket", func(string) *document.Object {
		input := new(document.Object)
		input.Set("Bucket", bucket)
		return input
	})
}

// onlyBucket splits a path that must begin with "s3://".
func onlyBucket(path string) (bucket, key string, err error) {
	if !strings.HasPrefix(path, "s3://") {
		return "", "", command.Usagef("<S3Uri>\nError: Invalid argument type")
	}
	return s3Bucket(path)
}

// callBucket calls an operation of a bucket, and prints the result in the words of the AWS CLI.
// action begins the line. input returns the input for the region of the client.
func callBucket(ctx context.Context, app *command.App, action, path, bucket, operation string, input func(region string) *document.Object) error {
	w := workspace.Files(app)
	client, svc, err := newS3Client(ctx, w, "s3 "+operation)
	if err != nil {
		return err
	}
	op, ok := svc.Operation(operation)
	if !ok {
		return &command.ElsewhereError{Why: fmt.Errorf("service s3api: no operation %s", operation)}
	}
	if app.Flags.NoSignRequest {
		unsigned := *op
		unsigned.Unsigned, op = true, &unsigned
	}
	if _, err := client.Call(ctx, svc, op, input(clientRegion(client))); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return failedBucket(app, w, client, action, path, err)
	}
	_, err = fmt.Fprintf(app.Out, "%s: %s\n", action, bucket)
	return err
}

// failedBucket prints the error of a bucket's operation. As in the AWS CLI, the exit code is 1.
func failedBucket(app *command.App, w *workspace.Workspace, client *call.Client, action, path string, err error) error {
	err = signin.ExplainKeys(w, client, err)
	fmt.Fprintf(app.IO.Err, "%s failed: %s %s\n", action, terminal.Printable(path), terminal.Printable(err.Error()))
	app.Hint(command.HintOf(err))
	return command.ExitError(command.ExitCommand)
}

// clientRegion returns the region for the LocationConstraint. Without a region, the AWS CLI uses the
// name of its global pseudo region.
func clientRegion(client *call.Client) string {
	if client.Region == "" {
		return "aws-global"
	}
	return client.Region
}
