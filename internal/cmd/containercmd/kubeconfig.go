package containercmd

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/kubeconfig"
	"github.com/lanyard-cli/lanyard/internal/userpath"
)

// A kubeconfigUpdate has the options of eks update-kubeconfig.
type kubeconfigUpdate struct {
	app *command.App

	name, file, alias, userAlias, proxyURL string
	roleARN, assumeRoleARN                 string
	dryRun, verbose                        bool
	fileGiven                              bool
}

// newUpdateKubeconfig returns the command eks update-kubeconfig.
func newUpdateKubeconfig(app *command.App) *cobra.Command {
	u := kubeconfigUpdate{app: app}
	cmd := &cobra.Command{
		Use:   "update-kubeconfig",
		Short: "Add an EKS cluster to the kubeconfig of kubectl",
		Long: `Add an EKS cluster to a kubeconfig: the cluster, a user and a context. If the
file has the cluster already, update the entries. kubectl then runs this program
to get tokens. The rest of the file does not change.

The file is --kubeconfig, or the file in KUBECONFIG that has the cluster, or the
first file in KUBECONFIG. The default is ~/.kube/config.`,
		Example: `lanyard eks update-kubeconfig --name my-cluster --profile dev-admin
# print the new file, and change nothing
lanyard eks update-kubeconfig --name my-cluster --dry-run`,
		Annotations: uses(cmdline.Role),
		Args:        cmdline.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if u.name == "" {
				return command.WithHint(command.Usagef("the following arguments are required: --name"), "run: %s --help", cmd.CommandPath())
			}
			u.fileGiven = cmd.Flags().Changed("kubeconfig")
			return u.run(cmd.Context())
		},
	}
	f := cmd.Flags()
	f.StringVar(&u.name, "name", "", "the `NAME` of the cluster")
	f.StringVar(&u.file, "kubeconfig", "", "change this `FILE`")
	f.StringVar(&u.alias, "alias", "", "the `NAME` of the context; the default is the name of the user")
	f.StringVar(&u.userAlias, "user-alias", "", "the `NAME` of the user; the default is the ARN of the cluster")
	f.StringVar(&u.roleARN, "role-arn", "", "kubectl uses the role with this `ARN`")
	f.StringVar(&u.assumeRoleARN, "assume-role-arn", "", "describe the cluster with the role with this `ARN`")
	f.StringVar(&u.proxyURL, "proxy-url", "", "kubectl uses the proxy with this `URL`")
	f.BoolVar(&u.dryRun, "dry-run", false, "print the new file, and change nothing")
	f.BoolVar(&u.verbose, "verbose", false, "print the new entries too")
	return cmd
}

// describeSession is the name of the session with --assume-role-arn.
const describeSession = "EKSDescribeClusterSession"

func (u *kubeconfigUpdate) run(ctx context.Context) error {
	c, err := newCaller(ctx, u.app, "eks update-kubeconfig")
	if err != nil {
		return err
	}
	if u.assumeRoleARN != "" {
		if c, err = c.assuming(u.assumeRoleARN, describeSession); err != nil {
			return err
		}
	}
	input := new(document.Object)
	input.Set("name", u.name)
	out, err := c.call(ctx, "eks", "describe-cluster", input)
	if err != nil {
		return err
	}
	described := objectIn(out, "cluster")
	switch status := textIn(described, "status"); {
	case status == "":
		return fmt.Errorf("Cluster not found")
	case status != "ACTIVE" && status != "UPDATING":
		return fmt.Errorf("Cluster status is %s", status)
	}
	entry, err := u.entry(described)
	if err != nil {
		return err
	}
	path, err := u.choose(entry.Name)
	if err != nil {
		return err
	}
	if u.dryRun {
		return u.show(path, entry)
	}
	return u.write(ctx, path, entry)
}

// entry returns the entries for a cluster that DescribeCluster describes.
func (u *kubeconfigUpdate) entry(cluster *document.Object) (kubeconfig.Cluster, error) {
	arn := textIn(cluster, "arn")
	parts := strings.Split(arn, ":")
	if len(parts) < 4 {
		return kubeconfig.Cluster{}, fmt.Errorf("DescribeCluster: the reply has no ARN of the cluster")
	}
	program, err := u.program()
	if err != nil {
		return kubeconfig.Cluster{}, err
	}
	id := []string{"--cluster-name", u.name}
	if outpost, ok := cluster.Get("outpostConfig"); ok && outpost != nil {
		if o, _ := outpost.(*document.Object); textIn(o, "etcdInstanceType") == "" {
			id = []string{"--cluster-id", textIn(cluster, "id")}
		}
	}
	args := append(u.roleFlags(), "--region", parts[3], "eks", "get-token")
	args = append(append(args, id...), "--output", "json")
	if u.roleARN != "" {
		option := "--role-arn"
		if u.app.Name == "aws" {
			option = "--role" // the AWS CLI writes the short form
		}
		args = append(args, option, u.roleARN)
	}
	entry := kubeconfig.Cluster{
		Name: arn, CA: textIn(cluster, "certificateAuthority", "data"), Server: textIn(cluster, "endpoint"), ProxyURL: u.proxyURL,
		User: arn, Program: program, Args: args,
	}
	if u.userAlias != "" {
		entry.User = u.userAlias
	}
	if entry.Context = entry.User; u.alias != "" {
		entry.Context = u.alias
	}
	if name := u.profile(); name != "" {
		entry.Env = [][2]string{{"AWS_PROFILE", name}}
	}
	return entry, nil
}

// roleFlags returns the flags of the command line that replace a profile.
func (u *kubeconfigUpdate) roleFlags() []string {
	r := u.app.Flags.Role
	var args []string
	for _, f := range [][2]string{{"--account", r.Account}, {"--role", r.Name}, {"--sso-session", r.Session}, {"--assume-role", r.Assume}} {
		if f[1] != "" {
			args = append(args, f[0], f[1])
		}
	}
	return args
}

// profile returns the profile that the command line or the environment names, or "".
func (u *kubeconfigUpdate) profile() string {
	for _, name := range []string{u.app.Flags.Profile, u.app.Env.Get("AWS_PROFILE"), u.app.Env.Get("AWS_DEFAULT_PROFILE")} {
		if name != "" {
			return name
		}
	}
	return ""
}

// program returns the command that kubectl runs. Under the name aws, this is "aws", as in the AWS
// CLI. Under the name lanyard, it is "lanyard", or the path of this program if lanyard is not on PATH.
func (u *kubeconfigUpdate) program() (string, error) {
	if _, err := exec.LookPath(u.app.Name); err == nil || u.app.Name == "aws" {
		return u.app.Name, nil
	}
	return os.Executable()
}

// choose returns the kubeconfig to change: the first file with the cluster, or the first file.
func (u *kubeconfigUpdate) choose(cluster string) (string, error) {
	paths := []string{u.file}
	if !u.fileGiven {
		paths = nil
		for _, p := range filepath.SplitList(u.app.Env.Get("KUBECONFIG")) {
			if strings.TrimSpace(p) != "" {
				paths = append(paths, p)
			}
		}
	}
	if len(paths) == 0 {
		paths = []string{filepath.Join("~", ".kube", "config")}
	}
	for i, p := range paths {
		full, err := filepath.Abs(userpath.ExpandUser(p, u.app.Env.Lookup))
		if err != nil {
			return "", err
		}
		paths[i] = full
		content, err := kubeconfig.Read(full)
		has := false
		if err == nil {
			has, err = kubeconfig.Has(content, cluster)
		}
		switch {
		case has:
			return full, nil
		case err != nil && i > 0: // an error of the first file ends the command
			u.app.Warn(fmt.Sprintf("%s is ignored: %v", full, err), "")
		}
	}
	return paths[0], nil
}

// show prints the new content of the kubeconfig.
func (u *kubeconfigUpdate) show(path string, entry kubeconfig.Cluster) error {
	old, err := kubeconfig.Read(path)
	if err != nil {
		return err
	}
	made, err := entry.Add(old)
	if err != nil {
		return invalid(path, err)
	}
	_, err = u.app.Out.Write(made)
	return err
}

// write changes the kubeconfig.
func (u *kubeconfigUpdate) write(ctx context.Context, path string, entry kubeconfig.Cluster) error {
	known := false
	err := kubeconfig.Edit(ctx, path, func(old []byte) ([]byte, error) {
		var err error
		if known, err = kubeconfig.Has(old, entry.Name); err != nil {
			return nil, invalid(path, err)
		}
		made, err := entry.Add(old)
		return made, invalid(path, err)
	})
	if err != nil {
		return err
	}
	line := "Added new context %s to %s\n"
	if known {
		line = "Updated context %s in %s\n"
	}
	if _, err := fmt.Fprintf(u.app.Out, line, entry.Context, path); err != nil || !u.verbose {
		return err
	}
	entries, err := entry.Entries()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(u.app.Out, "Entries:\n\n%s\n", strings.Join(entries, "\n"))
	return err
}

// invalid returns the error for a file that is not a kubeconfig, or nil.
func invalid(path string, err error) error {
	if err == nil {
		return nil
	}
	return command.WithHint(fmt.Errorf("%s is not a kubeconfig: %w", path, err), "correct the file, or name another file with --kubeconfig")
}
