package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"lanyard/emulator"
)

type emulatorOptions struct{ listen, autoApprove string }

func newEmulator(app *App) *cobra.Command {
	var o emulatorOptions
	cmd := &cobra.Command{
		Use:   "emulator",
		Short: "Run an Identity Center of your own, to try, test and debug against",
		Long: `Serve an IAM Identity Center that is kept in memory: real clients sign in to it,
list accounts and get role credentials, without an AWS account. The first line
is its base URL; the lines after it point any client at it. It runs until it is
interrupted, and listens on this machine only.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return app.emulator(cmd.Context(), o) },
	}
	cmd.Flags().StringVar(&o.listen, "listen", "127.0.0.1:0", "the loopback address to listen on; port 0 means any")
	cmd.Flags().StringVar(&o.autoApprove, "auto-approve", "", "answer every sign-in as this user, without a page")
	return cmd
}

func (app *App) emulator(ctx context.Context, o emulatorOptions) error {
	config := emulator.BuiltIn()
	config.AutoApprove, config.Now = o.autoApprove, app.Now
	if app.flags.debug {
		config.Log = app.log
	}
	e, base, stop, err := serveEmulator(config, o.listen)
	if err != nil {
		return err
	}
	fmt.Fprintln(app.out, base)
	for _, line := range pointers(e, base) {
		fmt.Fprintln(app.out, line)
	}
	if app.out.err != nil {
		stop()
		return &outputError{app.out.err}
	}
	<-ctx.Done()
	stop()
	return nil
}

// serveEmulator starts an emulator on a loopback address.
func serveEmulator(c emulator.Config, listen string) (e *emulator.Emulator, base string, stop func(), err error) {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if e, err = emulator.New(c); err != nil {
		return nil, "", nil, err
	}
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return nil, "", nil, usagef("--listen %q is not ADDRESS:PORT", listen)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, "", nil, withHint(usagef("--listen %s: the emulator listens on this machine only", listen), "use 127.0.0.1:PORT")
	}
	l, err := net.Listen("tcp", listen)
	if err != nil {
		return nil, "", nil, fmt.Errorf("the emulator cannot listen: %w", err)
	}
	server := emulator.NewServer(e)
	go func() {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			c.Log.Error("emulator stopped", "error", err)
		}
	}()
	stop = func() {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		if server.Shutdown(ctx) != nil {
			_ = server.Close()
		}
	}
	return e, "http://" + l.Addr().String(), stop, nil
}

// endpointVariables send the AWS CLI and the SDKs to another address. Some
// clients need the variable of each service: AWS_ENDPOINT_URL alone does not
// reach their sign-in.
var endpointVariables = [...]string{
	"AWS_ENDPOINT_URL_SSO", "AWS_ENDPOINT_URL_SSO_OIDC", "AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL_EC2",
}

// pointers are shell lines that point any client at the emulator.
func pointers(e *emulator.Emulator, base string) []string {
	lines := []string{"# start URL " + e.StartURL() + ", region " + e.Region()}
	for _, u := range e.Users() {
		how := "no password"
		if u.Password != "" {
			how = "password: " + u.Password
		}
		if u.TOTP != "" {
			how += ", with a code from an authenticator app: " + u.TOTP
		}
		lines = append(lines, "# user "+u.Name+", "+how)
	}
	for _, v := range endpointVariables {
		lines = append(lines, "export "+v+"="+base)
	}
	return append(lines, "export AWS_EC2_METADATA_DISABLED=true")
}
