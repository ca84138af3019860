package servecmd

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/credserver"
	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/loopback"
	"github.com/lanyard-cli/lanyard/internal/secret"
)

// containerHost is the address of the credential endpoint in containers of Amazon ECS.
const containerHost = "169.254.170.2"

// relayOptions are the flags of serve relay.
type relayOptions struct {
	to, tokenFile, listen string
	verbose               bool
}

func newRelay(app *command.App) *cobra.Command {
	var o relayOptions
	cmd := &cobra.Command{
		Use:   "relay --to URL --token-file FILE",
		Short: "Forward requests from a container to serve ecs",
		Long: `Run a relay in a container. The relay forwards requests from the container to
"lanyard serve ecs" on another machine, usually the host of the container. The
SDKs refuse the address of another machine, such as host.docker.internal, but
accept the address of the relay in the container. The relay adds the token to
each request, so programs in the container need no token.

--to is the address of the server: http://HOST:PORT, or unix:PATH for a Unix
socket that is mounted into the container. --token-file is the token file of the
server, which is also mounted. The relay reads the token file for each request.

Every program in the container gets the credentials. Programs in other
containers also get the credentials if those containers share the network of
this container. The relay needs no config.`,
		Example: `lanyard serve relay --to unix:socket --token-file token
# to a server on the host of Docker Desktop
lanyard serve relay --to http://host.docker.internal:9911 --token-file token`,
		DisableFlagsInUseLine: true,
		Args:                  cmdline.NoArgs,
		RunE:                  func(cmd *cobra.Command, _ []string) error { return serveRelay(cmd.Context(), app, o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.to, "to", "", "the `URL` of the server, or unix:PATH")
	f.StringVar(&o.tokenFile, "token-file", "", "the `FILE` with the token of the server")
	f.StringVar(&o.listen, "listen", "127.0.0.1:"+relayPort, "listen on this `ADDRESS:PORT`, on loopback or 169.254.170.2; port 0 is any free port")
	f.BoolVar(&o.verbose, "verbose", false, "print a line for each request")
	return cmd
}

// serveRelay runs the relay until ctx ends.
func serveRelay(ctx context.Context, app *command.App, o relayOptions) error {
	if o.to == "" || o.tokenFile == "" {
		return command.WithHint(command.Usagef("the following arguments are required: --to, --token-file"), "run: lanyard serve relay --help")
	}
	r := credserver.Relay{Token: func() (secret.String, error) { return readToken(o.tokenFile) }}
	var err error
	if r.Network, r.Address, err = target(o.to); err != nil {
		return err
	}
	if _, err := r.Token(); err != nil {
		return err
	}
	host, port, err := net.SplitHostPort(o.listen)
	if n, e := strconv.Atoi(port); err != nil || e != nil || n < 0 || n > 65535 || host != containerHost && !loopback.Host(host) {
		return command.WithHint(command.Usagef("argument --listen: %s is not an address that the SDKs accept", command.Quote(o.listen)),
			"use 127.0.0.1:PORT or "+containerHost+":80")
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", o.listen)
	if err != nil {
		hint := "choose another port"
		if host == containerHost {
			hint = "give the address to the container; as root: ip address add " + containerHost + "/32 dev lo"
		}
		return command.WithHint(fmt.Errorf("%s: %w", o.listen, cause(err)), "%s", hint)
	}
	at := l.Addr().String() // has an IP address, which no web page can choose as its host
	r.Hosts = []string{at, strings.TrimSuffix(at, ":80")}
	j := &journal{app: app, verbose: o.verbose}
	server, err := credserver.StartRelay(ctx, credserver.Config{Listeners: []net.Listener{l}, Served: j.add, Now: app.Now, Log: app.Log}, r)
	if err != nil {
		return err
	}
	defer j.end()
	defer server.Close()
	line := "export AWS_CONTAINER_CREDENTIALS_FULL_URI=http://" + at + "/"
	if at == containerHost+":80" {
		line = "export AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/"
	}
	if _, err := fmt.Fprintln(app.Out, line); err != nil {
		return err
	}
	return run(ctx, server, func() {})
}

// target returns the network and the address of --to.
func target(to string) (network, address string, err error) {
	if path, ok := strings.CutPrefix(to, "unix:"); ok && path != "" {
		return "unix", path, nil
	}
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "http" || u.Hostname() == "" || u.Port() == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return "", "", command.WithHint(command.Usagef("argument --to: %s is not the address of a server", command.Quote(to)),
			"use http://HOST:PORT or unix:PATH, without the path of a profile")
	}
	return "tcp", u.Host, nil
}

// readToken reads the token of the server. It removes a newline at the end, because users may have
// written the file with an editor.
func readToken(file string) (secret.String, error) {
	data, err := datafile.Read(file, 4096)
	if err != nil {
		return secret.String{}, fmt.Errorf("token file: %w", err)
	}
	token := strings.TrimRight(string(data), "\r\n")
	if token == "" || strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return secret.String{}, fmt.Errorf("token file: %s contains no token", file)
	}
	return secret.New(token), nil
}
