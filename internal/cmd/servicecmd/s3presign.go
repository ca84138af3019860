package servicecmd

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/engine/call"
	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/s3ls"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// newS3Presign returns the command s3 presign.
func newS3Presign(app *command.App) *cobra.Command {
	var expires string
	cmd := &cobra.Command{
		Use:   "presign S3URI",
		Short: "Print a URL to download an object",
		Long: `Print a URL with which anybody can download the object s3://BUCKET/KEY, until
the URL expires. lanyard sends no request, so it does not check that the object
exists.

A URL that is signed with role credentials ends when the credentials expire,
even if --expires-in is longer.`,
		Example:     `lanyard s3 presign s3://my-bucket/report.pdf --expires-in 600`,
		Annotations: cmdline.Uses("profile", "region", cmdline.Role, "endpoint-url", "no-sign-request", cmdline.Connection),
		Args:        wantPath,
		RunE: func(cmd *cobra.Command, args []string) error {
			seconds, err := strconv.ParseInt(strings.TrimSpace(expires), 10, 64)
			if err != nil {
				return fmt.Errorf("invalid literal for int() with base 10: '%s'", expires)
			}
			return presign(cmd.Context(), app, args[0], seconds)
		},
	}
	cmd.Flags().StringVar(&expires, "expires-in", "3600", "`SECONDS` until the URL expires, at most 604800")
	return cmd
}

// wantPath accepts exactly one argument, in the words of the AWS CLI.
func wantPath(cmd *cobra.Command, args []string) error { return cmdline.WantArgs("path")(cmd, args) }

// accessPoint matches the ARN of an access point in one region.
const accessPoint = `^arn:aws[^:]*:s3:[a-z0-9-]+:[0-9]{12}:accesspoint[:/]`

// presign prints a URL for an object.
func presign(ctx context.Context, app *command.App, path string, seconds int64) error {
	bucket, key, err := s3ls.Split(path)
	if err != nil {
		return command.Usagef("%s", err)
	}
	if strings.HasPrefix(strings.TrimPrefix(path, "s3://"), "arn:") && !regexp.MustCompile(accessPoint).MatchString(bucket) {
		return &command.ElsewhereError{Why: command.Usagef("this ARN needs the AWS CLI")} // other ARNs can need SigV4a
	}
	if app.Flags.NoSignRequest {
		return &command.ElsewhereError{Why: command.Usagef("s3 presign --no-sign-request needs the AWS CLI")}
	}
	client, svc, err := newS3Client(ctx, workspace.Files(app), "s3 presign")
	if err != nil {
		return err
	}
	input := new(document.Object)
	input.Set("Bucket", bucket)
	input.Set("Key", key)
	op, ok := svc.Operation("get-object")
	if !ok {
		return &command.ElsewhereError{Why: command.Usagef("s3 presign needs the AWS CLI")}
	}
	url, err := client.PresignGET(ctx, svc, op, input, seconds, nil)
	var invalid *call.InputError
	var away *call.AwayError
	if errors.As(err, &invalid) {
		return command.Usagef("%s", err)
	}
	if errors.As(err, &away) {
		return &command.ElsewhereError{Why: away}
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(app.Out, url)
	return err
}

// s3Bucket splits a path into the bucket and the key. The AWS CLI gets the ARNs of buckets and access
// points.
func s3Bucket(path string) (bucket, key string, err error) {
	bucket, key, err = s3ls.Split(path)
	if err != nil {
		return "", "", command.Usagef("%s", err)
	}
	if strings.HasPrefix(strings.TrimPrefix(path, "s3://"), "arn:") {
		return "", "", &command.ElsewhereError{Why: command.Usagef("ARNs need the AWS CLI")}
	}
	return bucket, key, nil
}
