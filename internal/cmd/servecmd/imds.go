package servecmd

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"runtime"
	"sync/atomic"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/credserver"
	"github.com/lanyard-cli/lanyard/internal/shell"
)

// imdsOptions are the flags and the argument of serve imds.
type imdsOptions struct {
	profile string
	port    int
	v1      bool
	verbose bool
}

func newIMDS(app *command.App) *cobra.Command {
	var o imdsOptions
	cmd := &cobra.Command{
		Use:   "imds [flags] [PROFILE]",
		Short: "Serve credentials like an EC2 instance",
		Long: `Run an instance metadata service on 127.0.0.1 until you interrupt the command.
The command prints the variable that programs need to find the service. The
service gives out the credentials of the profile, its region, and the id of its
account. You need not be root.

The protocol of the metadata service has no secret. On Linux, the service
answers only programs of your user and of root. On other systems, the service
answers every program on this machine. If the program supports container
credentials, use "lanyard serve ecs".

The service speaks version 2 of the protocol (IMDSv2). With --v1, the service
also answers requests without a token. The service returns only credentials that
are valid for at least ten minutes, because some SDKs use credentials for some
minutes after their expiry.`,
		Example: `lanyard serve imds dev-admin
# a fixed port, and both versions of the protocol
lanyard serve imds dev-admin --port 9912 --v1`,
		DisableFlagsInUseLine: true,
		Annotations:           cmdline.Uses("profile", "region", cmdline.Role, cmdline.Connection),
		Args:                  cmdline.MaxArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				o.profile = args[0]
			}
			return serveIMDS(cmd.Context(), app, o)
		},
	}
	f := cmd.Flags()
	f.IntVar(&o.port, "port", 0, "listen on this `PORT` of 127.0.0.1; 0 is any free port")
	f.BoolVar(&o.v1, "v1", false, "also answer requests without a token (IMDSv1)")
	f.BoolVar(&o.verbose, "verbose", false, "print a line for each request")
	return cmd
}

// serveIMDS runs the service until ctx ends.
func serveIMDS(ctx context.Context, app *command.App, o imdsOptions) error {
	s, err := choose(ctx, app, o.profile)
	if err != nil {
		return err
	}
	if runtime.GOOS != "linux" {
		app.Warn("every user of this machine can get these credentials", "if the program knows it, use: lanyard serve ecs "+command.Quote(s.profile.Name))
	}
	l, err := listen(ctx, o.port)
	if err != nil {
		return err
	}
	j := &journal{app: app, verbose: o.verbose}
	var region atomic.Value
	region.Store(s.profile.Region)
	server, err := credserver.StartMetadata(ctx,
		credserver.Config{Sources: []credserver.Source{s.source("")}, Listeners: []net.Listener{l}, Served: j.add, Now: app.Now, Log: app.Log},
		credserver.Metadata{Role: cmp.Or(s.profile.RoleName, "lanyard"), Region: func() string { return region.Load().(string) }, V1: o.v1})
	if err != nil {
		return err
	}
	defer j.end()
	defer server.Close()
	name := "sh"
	if runtime.GOOS == "windows" {
		name = "powershell"
	}
	line, err := shell.Syntaxes()[name].Set("AWS_EC2_METADATA_SERVICE_ENDPOINT", server.URL("/"))
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(app.Out, line); err != nil {
		return err
	}
	return run(ctx, server, func() {
		if p := s.check(ctx); p != nil {
			region.Store(p.Region)
		}
		fmt.Fprintf(app.IO.Err, "%s: reloaded the config\n", app.Name)
	})
}
