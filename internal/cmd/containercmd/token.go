package containercmd

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/output"
)

// A tokenRequest has the options of eks get-token.
type tokenRequest struct {
	clusterName, clusterID, roleARN string
	role                            string // the value of --role
}

// newGetToken returns the command eks get-token.
func newGetToken(app *command.App) *cobra.Command {
	var r tokenRequest
	cmd := &cobra.Command{
		Use:   "get-token",
		Short: "Print a token for kubectl",
		Long: `Print a token for an EKS cluster, in the form that kubectl reads. The token is
valid for 14 minutes. lanyard signs the token itself and sends no request. With
--role-arn, lanyard keeps the credentials of the role until they expire, so
that not every call of kubectl assumes the role again.

The command "eks update-kubeconfig" writes a kubeconfig that runs this command.`,
		Example:     `lanyard eks get-token --cluster-name my-cluster`,
		Annotations: uses("output", "query", "account", "assume-role", "sso-session"),
		Args:        cmdline.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := r.check(app); err != nil {
				return err
			}
			return r.run(cmd.Context(), app)
		},
	}
	f := cmd.Flags()
	f.StringVar(&r.clusterName, "cluster-name", "", "the `NAME` of the cluster")
	f.StringVar(&r.clusterID, "cluster-id", "", "the `ID` of a local cluster on AWS Outposts")
	f.StringVar(&r.roleARN, "role-arn", "", "assume the role with this `ARN`, and sign with its credentials")
	f.StringVar(&r.role, "role", "", "a short form of --role-arn; or, with --account, use this `ROLE` instead of a profile")
	return cmd
}

// check checks the options. The kubeconfigs of the AWS CLI have --role instead of --role-arn. This
// flag hides the global flag --role.
func (r *tokenRequest) check(app *command.App) error {
	switch {
	case strings.HasPrefix(r.role, "arn:"):
		r.roleARN = r.role
	case r.role != "":
		app.Flags.Role.Name = r.role
	}
	switch {
	case r.clusterName != "" && r.clusterID != "":
		return command.Usagef(`The key "cluster_id" cannot be specified when one of the following keys are also specified: cluster_name`)
	case r.clusterName == "" && r.clusterID == "":
		return command.Failuref("Either parameter --cluster-name or --cluster-id must be specified.")
	}
	return nil
}

// The facts of tokens for EKS.
const (
	clusterHeader   = "X-K8s-Aws-Id"
	urlSeconds      = 60 // EKS accepts the URL for longer
	tokenLife       = 14 * time.Minute
	tokenPrefix     = "k8s-aws-v1."
	tokenSession    = "EKSGetTokenAuth"
	tokenTimeFormat = "2006-01-02T15:04:05Z"
)

// run prints a token.
func (r *tokenRequest) run(ctx context.Context, app *command.App) error {
	signs := *app
	signs.Flags.EndpointURL = "" // as in the AWS CLI: the option is for EKS, but the token is a URL of STS
	c, err := newCaller(ctx, &signs, "eks get-token")
	if err != nil {
		return err
	}
	if r.roleARN != "" {
		if c, err = c.assuming(r.roleARN, tokenSession); err != nil {
			return err
		}
	}
	print, err := output.For(app, c.p, "get-token")
	if err != nil {
		return err
	}
	token, err := r.token(ctx, c)
	if err != nil {
		return err
	}
	status := new(document.Object)
	status.Set("expirationTimestamp", app.Now().UTC().Add(tokenLife).Format(tokenTimeFormat))
	status.Set("token", token)
	full := new(document.Object)
	full.Set("kind", "ExecCredential")
	full.Set("apiVersion", execVersion(app))
	full.Set("spec", new(document.Object))
	full.Set("status", status)
	printer, done := print.Start()
	err = printer.Print(full)
	if doneErr := done(); err == nil {
		err = doneErr
	}
	if err == nil {
		_, err = fmt.Fprintln(app.Out)
	}
	return err
}

// token returns a token: a presigned request of STS that names the cluster.
func (r *tokenRequest) token(ctx context.Context, c *caller) (string, error) {
	client, svc, err := c.client(ctx, "sts")
	if err != nil {
		return "", err
	}
	op, ok := svc.Operation("get-caller-identity")
	if !ok {
		return "", &command.ElsewhereError{Why: command.Usagef("eks get-token needs the AWS CLI")}
	}
	header := http.Header{clusterHeader: []string{r.clusterName + r.clusterID}}
	url, err := client.PresignGET(ctx, svc, op, nil, urlSeconds, header)
	if err != nil {
		return "", err
	}
	return tokenPrefix + base64.RawURLEncoding.EncodeToString([]byte(url)), nil
}

// The versions of kubectl's interface to programs that get credentials.
const (
	alphaVersion = "client.authentication.k8s.io/v1alpha1"
	betaVersion  = "client.authentication.k8s.io/v1beta1"
	finalVersion = "client.authentication.k8s.io/v1"
)

// execVersion returns the version of the interface that kubectl asks for. The messages are the AWS
// CLI's.
func execVersion(app *command.App) string {
	text := app.Env.Get("KUBERNETES_EXEC_INFO")
	if text == "" {
		return betaVersion
	}
	var info struct{ APIVersion string }
	switch err := json.Unmarshal([]byte(text), &info); {
	case err != nil:
		fmt.Fprintf(app.IO.Err, "Error parsing KUBERNETES_EXEC_INFO, defaulting to %s. This is likely a bug in your Kubernetes client. Please update your Kubernetes client.\n", betaVersion)
	case slices.Contains([]string{betaVersion, finalVersion}, info.APIVersion):
		return info.APIVersion
	case info.APIVersion == alphaVersion:
		fmt.Fprintf(app.IO.Err, "Kubeconfig user entry is using deprecated API version %s. Run 'aws eks update-kubeconfig' to update.\n", alphaVersion)
		return alphaVersion
	default:
		fmt.Fprintf(app.IO.Err, "Unrecognized API version in KUBERNETES_EXEC_INFO, defaulting to %s. This is likely due to an outdated AWS CLI. Please update your AWS CLI.\n", betaVersion)
	}
	return betaVersion
}
