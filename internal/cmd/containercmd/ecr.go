package containercmd

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/secret"
)

// newLoginPassword returns the command get-login-password of ecr or ecr-public.
func newLoginPassword(app *command.App, service string) *cobra.Command {
	example := "lanyard ecr get-login-password --region eu-west-1 | \\\n  docker login --username AWS --password-stdin \"$REGISTRY\""
	if service == "ecr-public" {
		example = "lanyard ecr-public get-login-password --region us-east-1 | \\\n  docker login --username AWS --password-stdin public.ecr.aws"
	}
	return &cobra.Command{
		Use:         "get-login-password",
		Short:       "Print a password for docker login",
		Long:        "Print a password for the registry. The user name is AWS, and the password is\nvalid for 12 hours.",
		Example:     example,
		Annotations: uses(cmdline.Role),
		Args:        cmdline.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			password, err := loginPassword(cmd.Context(), app, service)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(app.Out, password.Reveal())
			return err
		},
	}
}

// loginPassword gets the password of a registry.
func loginPassword(ctx context.Context, app *command.App, service string) (secret.String, error) {
	c, err := newCaller(ctx, app, service+" get-login-password")
	if err != nil {
		return secret.String{}, err
	}
	out, err := c.call(ctx, service, "get-authorization-token", nil)
	if err != nil {
		return secret.String{}, err
	}
	data := objectIn(out, "authorizationData") // ecr-public has one object, and ecr a list
	if list, _ := out.Get("authorizationData"); data == nil {
		if list, ok := list.([]any); ok && len(list) > 0 {
			data, _ = list[0].(*document.Object)
		}
	}
	token, err := base64.StdEncoding.DecodeString(textIn(data, "authorizationToken"))
	_, password, ok := strings.Cut(string(token), ":")
	if err != nil || !ok {
		return secret.String{}, errors.New("GetAuthorizationToken: the reply has no token of the form USER:PASSWORD")
	}
	return secret.New(password), nil
}
