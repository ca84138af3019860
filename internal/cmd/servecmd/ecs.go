package servecmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/agent"
	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/credserver"
)

// The variables that lead the SDKs to a credential endpoint.
const (
	endpointVariable  = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
	tokenFileVariable = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"
)

// ecsOptions are the flags and arguments of serve ecs.
type ecsOptions struct {
	profiles  []string
	port      int
	socket    string
	tokenFile string
	print     string
	verbose   bool
}

func newECS(app *command.App) *cobra.Command {
	var o ecsOptions
	cmd := &cobra.Command{
		Use:   "ecs [flags] [PROFILE...]",
		Short: "Serve credentials like a container of Amazon ECS",
		Long: `Run a credential endpoint on 127.0.0.1 until you interrupt the command. The
command prints the variables that programs need to find the endpoint. If
possible, programs get credentials that are valid for 15 minutes or more.

A request must have the token of the endpoint. The token is in a file that only
your user can read. Each start of the endpoint makes a new token. If you name
several profiles, the path of each profile is /NAME.

With --print, lanyard prints the configuration of a container or of a remote
host instead of the variables. For compose, kubernetes and devcontainer, the
configuration runs "lanyard serve relay" in the container.

At SIGHUP, lanyard reads the config again and gets new credentials.`,
		Example: `lanyard serve ecs dev-admin
# two profiles on a fixed port, with a line for each request
lanyard serve ecs dev-admin dev-ops --port 9911 --verbose
# the configuration for Docker Compose
lanyard serve ecs dev-admin --print compose`,
		DisableFlagsInUseLine: true,
		Annotations:           cmdline.Uses("profile", cmdline.Role, cmdline.Connection),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 && cmdline.IsHelp(args[0]) {
				return cmd.Help()
			}
			for _, name := range args {
				if !slices.Contains(o.profiles, name) {
					o.profiles = append(o.profiles, name)
				}
			}
			return serveECS(cmd.Context(), app, o)
		},
	}
	f := cmd.Flags()
	f.IntVar(&o.port, "port", 0, "listen on this `PORT` of 127.0.0.1; 0 is any free port")
	f.StringVar(&o.socket, "socket", "", "also listen on a Unix socket, at the path `FILE`")
	f.StringVar(&o.tokenFile, "token-file", "", "create this `FILE` for the token, instead of a file in a new folder")
	f.StringVar(&o.print, "print", "", "print the configuration for `TARGET`: "+strings.Join(targets[:], ", "))
	f.BoolVar(&o.verbose, "verbose", false, "print a line for each request")
	cmdline.Offer(f, "print", targets[:]...)
	return cmd
}

// check returns an error for flags that do not fit together.
func (o *ecsOptions) check() error {
	if o.print != "" && !slices.Contains(targets[:], o.print) {
		return command.WithHint(command.Usagef("argument --print: Found invalid choice '%s'", o.print), "choose from %s", strings.Join(targets[:], ", "))
	}
	if o.socket != "" && runtime.GOOS == "windows" {
		return command.Usagef("--socket is not supported on Windows")
	}
	return nil
}

// serveECS runs the endpoint until ctx ends.
func serveECS(ctx context.Context, app *command.App, o ecsOptions) (err error) {
	if err := o.check(); err != nil {
		return err
	}
	var profiles []served
	for _, name := range append(o.profiles, "")[:max(len(o.profiles), 1)] {
		s, err := choose(ctx, app, name)
		if err != nil {
			return err
		}
		profiles = append(profiles, s)
	}
	dir, err := os.MkdirTemp("", "lanyard-serve-")
	if err != nil {
		return err
	}
	defer func() {
		if err := os.RemoveAll(dir); err != nil {
			app.Warn("temporary folder: "+err.Error(), "remove "+command.Quote(dir))
		}
	}()
	if o.socket == "" && usesSocket(o.print) {
		o.socket = filepath.Join(dir, "socket")
	}
	listeners, release, err := o.listeners(ctx)
	if err != nil {
		return err
	}
	defer release()
	j := &journal{app: app, verbose: o.verbose}
	config := credserver.Config{Listeners: listeners, Served: j.add, Now: app.Now, Log: app.Log}
	for _, s := range profiles {
		config.Sources = append(config.Sources, s.source(pathOf(s, len(profiles))))
	}
	server, err := credserver.Start(ctx, config)
	if err != nil {
		return err
	}
	defer j.end()
	defer server.Close()
	file, remove, err := writeToken(o.tokenFile, dir, server.Token().Reveal())
	if err != nil {
		return err
	}
	defer remove()
	at := address{file: file, dir: filepath.Dir(file), socket: o.socket, port: server.Port(), region: profiles[0].profile.Region}
	for _, src := range config.Sources {
		at.paths = append(at.paths, path{src.Name, src.Path})
	}
	text, err := at.text(o.print)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(app.Out, text); err != nil {
		return err // if the output fails, the user does not know the address
	}
	return run(ctx, server, func() {
		for _, s := range profiles {
			s.check(ctx)
		}
		fmt.Fprintf(app.IO.Err, "%s: reloaded the config\n", app.Name)
	})
}

// pathOf returns the path of a profile, if the server has n profiles.
func pathOf(s served, n int) string {
	if n == 1 {
		return "/"
	}
	return "/" + url.PathEscape(s.profile.Name)
}

// listeners returns the listeners of the endpoint. The caller calls release after the server
// has closed them.
func (o *ecsOptions) listeners(ctx context.Context) (all []net.Listener, release func(), err error) {
	tcp, err := listen(ctx, o.port)
	if err != nil {
		return nil, nil, err
	}
	if o.socket == "" {
		return []net.Listener{tcp}, func() {}, nil
	}
	socket, lock, err := agent.Listen(o.socket)
	if err != nil {
		_ = tcp.Close()
		if errors.Is(err, agent.ErrRunning) {
			err = fmt.Errorf("%s: another server uses this socket", o.socket)
		}
		return nil, nil, command.WithHint(err, "choose another path for --socket")
	}
	return []net.Listener{tcp, socket}, lock.Release, nil
}

// writeToken writes the token to a new file, without a newline: some SDKs refuse one. It never
// follows a link. file may be "", for a file in dir.
func writeToken(file, dir, token string) (path string, remove func(), err error) {
	if file == "" {
		file = filepath.Join(dir, "token")
	}
	path, err = filepath.Abs(file)
	if err != nil {
		return "", nil, err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		if errors.Is(err, fs.ErrExist) {
			err = command.WithHint(fmt.Errorf("token file: %s already exists", path), "if no server uses it, run: rm %s", command.Quote(path))
		}
		return "", nil, err
	}
	_, err = f.WriteString(token)
	if err = errors.Join(err, f.Close()); err != nil {
		_ = os.Remove(path)
		return "", nil, fmt.Errorf("token file: %w", err)
	}
	before, err := os.Lstat(path)
	return path, func() {
		if now, err2 := os.Lstat(path); err == nil && err2 == nil && os.SameFile(before, now) {
			_ = os.Remove(path)
		}
	}, nil
}
