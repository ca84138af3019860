// Package servecmd holds the commands that give credentials to other programs over HTTP: serve
// ecs, serve imds and serve relay. The servers themselves are in package credserver.
package servecmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/child"
	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/credentials"
	"github.com/lanyard-cli/lanyard/internal/credserver"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// New returns the command serve with its subcommands.
func New(app *command.App) *cobra.Command {
	cmd := cmdline.Group("serve", "Give credentials to containers and other programs")
	cmd.Long = `Run a local server that gives the credentials of a profile to other programs.
Every AWS SDK can get credentials from the server, and asks the server again
before the credentials expire. The server refreshes the session.

"serve ecs" is the credential endpoint of a container of Amazon ECS. "serve
relay" forwards requests from a container to "serve ecs". "serve imds" is the
metadata service of an EC2 instance, for programs that can use only the metadata
service.`
	cmd.Example = `lanyard serve ecs dev-admin
lanyard serve imds dev-admin`
	cmd.AddCommand(newECS(app), newIMDS(app), newRelay(app))
	return cmd
}

// A served is a profile of a server.
type served struct {
	app     *command.App // with the profile
	profile *profile.Profile
}

// choose returns a profile. It first gets credentials, because lanyard can still ask the user.
// argument may be "".
func choose(ctx context.Context, app *command.App, argument string) (served, error) {
	app, from, err := workspace.Choose(ctx, app, argument)
	if err != nil {
		return served{}, err
	}
	w := workspace.Files(app)
	p, err := credentials.Resolve(ctx, w, "serve")
	if err != nil {
		return served{}, workspace.ExplainName(err, from)
	}
	if err := credentials.CheckChain(app, p.Name); err != nil {
		return served{}, err
	}
	_, err = credentials.Get(ctx, w, p, "serve")
	return served{app, p}, err
}

// source returns the source of a profile.
func (s served) source(path string) credserver.Source {
	// A role of --account and --role belongs to no profile.
	name := cmp.Or(s.profile.Name, s.profile.AccountID+"/"+s.profile.RoleName)
	return credserver.Source{Name: name, Path: path, Get: credentials.Unattended(s.app, "serve")}
}

// listen returns a listener on a port of 127.0.0.1.
func listen(ctx context.Context, port int) (net.Listener, error) {
	if port < 0 || port > 65535 {
		return nil, command.Usagef("argument --port: %d is not a port", port)
	}
	l, err := credserver.Listen(ctx, port)
	if err != nil {
		return nil, command.WithHint(fmt.Errorf("port %d: %w", port, cause(err)), "choose another port, or use --port 0 for a free port")
	}
	return l, nil
}

// cause returns the error of the operating system in a network error, or else err.
func cause(err error) error {
	var number syscall.Errno
	if errors.As(err, &number) {
		return number
	}
	return err
}

// run waits until a signal ends the command. At each SIGHUP, it makes the server get its
// credentials again, and calls reload.
func run(ctx context.Context, server *credserver.Server, reload func()) error {
	hangups, release := child.TakeSignals(syscall.SIGHUP)
	defer release()
	for {
		select {
		case <-hangups:
			server.Forget()
			reload()
		case <-ctx.Done():
			return command.ErrComplete
		}
	}
}

// check resolves a profile again. If this fails, it prints a warning and returns nil.
func (s served) check(ctx context.Context) *profile.Profile {
	p, err := credentials.Resolve(ctx, workspace.Files(s.app), "serve")
	if err != nil {
		s.app.WarnOf(err)
		return nil
	}
	return p
}

// A journal counts the refused requests. With --verbose, it prints a line for each request.
// Otherwise it prints a line for the first connection of another user, because that user gets no
// answer with a reason.
type journal struct {
	app     *command.App
	verbose bool

	mu      sync.Mutex
	refused int
	foreign bool // a connection of another user was refused
}

// add adds a request.
func (j *journal) add(r credserver.Request) {
	line := ""
	if j.verbose {
		line = j.line(r)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if r.Status == 0 && !j.verbose && !j.foreign {
		j.foreign = true
		line = fmt.Sprintf("%s: refused a connection of the user with uid %d", j.app.Name, r.Peer.UID)
	}
	if r.Status == 0 || r.Status == 401 || r.Status == 403 {
		j.refused++
	}
	if line != "" {
		fmt.Fprintln(j.app.IO.Err, line)
	}
}

// line returns the line of a request: time, profile, result, and the client if it is known.
func (j *journal) line(r credserver.Request) string {
	words := []string{ssocache.FormatTime(j.app.Now())}
	add := func(word string) {
		if word != "" {
			words = append(words, command.Quote(oneLine(word))) // a program chooses its own name
		}
	}
	add(r.Name)
	if r.Status != 0 {
		add(fmt.Sprint(r.Status))
	}
	add(r.Code)
	pid, name := r.Peer.Find()
	if pid != 0 {
		add(fmt.Sprintf("pid=%d", pid))
		add(name)
	} else if r.Status == 0 {
		add(fmt.Sprintf("uid=%d", r.Peer.UID))
	}
	return strings.Join(words, " ")
}

// end prints the number of refused requests.
func (j *journal) end() {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.refused > 0 {
		fmt.Fprintf(j.app.IO.Err, "%s: refused %d requests\n", j.app.Name, j.refused)
	}
}
