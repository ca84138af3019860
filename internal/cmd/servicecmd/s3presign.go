package servicecmd

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/engine/call"
	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
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

// presignCaller names the command in logs. Its URLs name the host, so it must know all settings of
// hosts.
const presignCaller = "s3 presign"

// presign prints a URL for an object.
func presign(ctx context.Context, app *command.App, path string, seconds int64) error {
	bucket, key, err := s3Bucket(path)
	if err != nil {
		return err
	}
	if app.Flags.NoSignRequest {
		return &command.ElsewhereError{Why: command.Usagef("s3 presign --no-sign-request needs the AWS CLI")}
	}
	client, svc, err := newS3Client(ctx, workspace.Files(app), presignCaller)
	if err != nil {
		return err
	}
	input := new(document.Object)
	input.Set("Bucket", bucket)
	input.Set("Key", key)
	url, err := client.PresignGET(ctx, svc, getObject(), input, seconds, nil)
	var invalid *call.InputError
	if errors.As(err, &invalid) {
		return command.Usagef("%s", err)
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(app.Out, url)
	return err
}

// getObject returns the operation GetObject with the parameters of a presigned URL.
func getObject() *model.Operation {
	text := func() *model.Shape { return &model.Shape{Kind: model.String} }
	key := text()
	key.Min = 1
	return &model.Operation{
		Name: "GetObject", CLIName: "get-object", Method: http.MethodGet, URI: "/{Bucket}/{Key+}",
		Input: &model.Member{Shape: &model.Shape{Name: "GetObjectRequest", Kind: model.Structure, Members: []*model.Member{
			{Name: "Bucket", LocationName: "Bucket", Location: model.URI, Required: true, Shape: text()},
			{Name: "Key", LocationName: "Key", Location: model.URI, Required: true, Shape: key},
		}}},
	}
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
