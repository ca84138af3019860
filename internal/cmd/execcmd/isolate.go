package execcmd

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/child"
	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/credentials"
	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/inventory"
	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/opclass"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/proxyenv"
	"github.com/lanyard-cli/lanyard/internal/signproxy"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// isolation holds the flags of "exec --isolate".
type isolation struct {
	on       bool
	allow    []string
	via      string
	limit    time.Duration // --for; 0 means until the command ends
	readOnly bool
	policy   string // the path of a file

	rules *opclass.Rules // of allow; nil without rules
}

// readOnlyRoles lists the permission sets of --read-only, the best first.
var readOnlyRoles = [...]string{"ReadOnlyAccess", "ViewOnlyAccess"}

// addIsolation defines the flags.
func addIsolation(cmd *cobra.Command, o *isolation) {
	f := cmd.Flags()
	f.BoolVar(&o.on, "isolate", false, "give the command this role and nothing else")
	f.StringArrayVar(&o.allow, "allow", nil, "isolate, and allow only the operations of these `RULES`")
	f.StringVar(&o.via, "via", "", "the `WAY` to the proxy of --allow: proxy, or endpoint for AWS_ENDPOINT_URL")
	cmdline.Offer(f, "via", "proxy", "endpoint")
	f.DurationVar(&o.limit, "for", 0, "isolate, and stop giving credentials after this `TIME`, such as 30m")
	f.Lookup("for").DefValue = "" // the help should not show 0s
	f.BoolVar(&o.readOnly, "read-only", false, "isolate, with the account's ReadOnlyAccess or ViewOnlyAccess")
	f.StringVar(&o.policy, "policy", "", "isolate, and narrow the assumed role by the policy in this `FILE`")
}

// check checks the flags. Each of them means --isolate.
func (o *isolation) check(app *command.App, server bool) (err error) {
	o.on = o.on || o.allow != nil || o.limit != 0 || o.readOnly || o.policy != ""
	switch {
	case o.via != "" && o.allow == nil:
		return command.Usagef("--via needs --allow")
	case o.via != "" && o.via != "proxy" && o.via != "endpoint":
		return command.WithHint(command.Usagef("argument --via: Found invalid choice '%s'", o.via), "choose from proxy, endpoint")
	case o.limit < 0:
		return command.Usagef("argument --for: %s is negative", o.limit)
	case o.on && server:
		return command.WithHint(command.Usagef("--server cannot be used with --isolate"), "remove --server: --isolate always refreshes the credentials")
	case o.readOnly && o.policy != "":
		return command.Usagef("--read-only cannot be used with --policy")
	case o.allow != nil && app.Flags.NoVerifySSL:
		return command.WithHint(command.Usagef("--no-verify-ssl cannot be used with --allow"), "name the certificates with --ca-bundle")
	}
	if o.allow != nil {
		o.rules, err = opclass.Parse(o.allow...)
	}
	return err
}

// runIsolated runs the command as a child that has the credentials of one role and no others.
func runIsolated(ctx context.Context, app *command.App, source, path string, o execOptions) error {
	err := isolated(ctx, app, source, path, o)
	child.EndLike(err)
	return err
}

func isolated(ctx context.Context, app *command.App, source, path string, o execOptions) (err error) {
	role, err := resolveRole(ctx, app, source, path, o.isolation)
	if err != nil {
		return err
	}
	region := role.profile.Region
	if o.noRegion {
		region = ""
	} else if err := role.profile.CheckRegion(); err != nil {
		return err
	}
	// Get the first credentials before the command starts, because lanyard can still ask the user.
	first, err := credentials.Get(ctx, role.w, role.profile, callerOf(path))
	if err != nil {
		return err
	}
	workspace.RecordUse(app, role.profile.Name)
	taken := []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGQUIT}
	if !signal.Ignored(syscall.SIGHUP) { // otherwise the command inherits the ignored signal
		taken = append(taken, syscall.SIGHUP)
	}
	signals, release := child.TakeSignals(taken...)
	defer release()
	dir, err := os.MkdirTemp("", "lanyard-exec-")
	if err != nil {
		return err
	}
	defer func() {
		if err := os.RemoveAll(dir); err != nil {
			app.Warn("temporary folder: "+err.Error(), "remove "+command.Quote(dir))
		}
	}()
	vars := newSetting(role.profile, first, region).withoutKeys()
	vars = slices.DeleteFunc(vars, func(v variable) bool { return v.name == profileVariable })
	files, err := emptyFiles(dir, region)
	if err != nil {
		return err
	}
	vars = append(vars, files...)
	get := role.until(app, callerOf(path), o.isolation)
	var access setting
	var end func()
	if o.rules != nil {
		access, end, err = startProxy(ctx, app, role, first, o.isolation, dir, callerOf(path), get)
	} else {
		access, end, err = startIsolatedServer(ctx, app, dir, get)
	}
	if err != nil {
		return err
	}
	defer end()
	defer endLeftovers(dir)
	role.tell(app)
	return child.Run(app, path, o.argv, append(vars, access...).environment(isolatedEnvironment(app.Env.Environ(), o.rules != nil)), signals)
}

// An isolatedRole is the role of the command.
type isolatedRole struct {
	w       *workspace.Workspace
	profile *profile.Profile
}

// resolveRole resolves the profile, with --read-only and --policy.
func resolveRole(ctx context.Context, app *command.App, source, path string, o isolation) (isolatedRole, error) {
	w := workspace.Files(app)
	p, err := credentials.Resolve(ctx, w, callerOf(path))
	if err != nil {
		return isolatedRole{}, workspace.ExplainName(err, source)
	}
	if err := credentials.CheckChain(app, p.Name); err != nil {
		return isolatedRole{}, err
	}
	switch {
	case o.readOnly:
		name, err := readOnlyRole(w, p)
		if err != nil {
			return isolatedRole{}, err
		}
		p = p.WithRole(name)
	case o.policy != "":
		text, err := readPolicy(o.policy)
		if err != nil {
			return isolatedRole{}, err
		}
		chain, _, err := p.Chain()
		if err != nil {
			return isolatedRole{}, err
		}
		if len(chain.Roles) == 0 {
			return isolatedRole{}, command.WithHint(command.Usagef("--policy needs a profile with role_arn, because AWS does not let a permission set have a session policy"),
				"use --read-only for another permission set of the account, or --allow for rules about operations")
		}
		p = p.Narrowed(text)
	}
	return isolatedRole{w, p}, nil
}

// readOnlyRole returns the name of the account's read-only permission set, from the stored list of
// accounts and roles.
func readOnlyRole(w *workspace.Workspace, p *profile.Profile) (string, error) {
	if p.Kind != profile.SSO || p.Assume != "" {
		return "", command.WithHint(command.Usagef("--read-only needs a profile with a permission set of Identity Center"),
			"use --policy FILE to narrow an assumed role, or --allow read")
	}
	if slices.Contains(readOnlyRoles[:], p.RoleName) {
		return p.RoleName, nil
	}
	hint := fmt.Sprintf("run: %s roles %s\nor use --allow read, which needs no other permission set", w.App.Name, p.AccountID)
	id, ok, err := w.Broker.Identity(p.Session)
	if err != nil || !ok {
		return "", command.WithHint(errors.Join(command.Failuref("session %s: the roles of the account %s are not known without a sign-in", p.Session.Key(), p.AccountID), err), "%s", hint)
	}
	list, err := inventory.Open(w.Home, inventory.Identity{
		Session: p.Session.Key(), StartURL: p.Session.StartURL, Region: p.Session.Region, Origin: id.Origin, SignIn: id.SignIn, User: id.User,
	}).Read()
	if err != nil {
		return "", err
	}
	account, ok := list.Account(p.AccountID)
	if !ok || !account.RolesKnown() {
		return "", command.WithHint(&command.ConfigError{Code: "Configuration", Msg: fmt.Sprintf("the stored list of accounts has no roles of the account %s", p.AccountID)}, "%s", hint)
	}
	for _, name := range readOnlyRoles {
		if slices.Contains(account.Roles, name) {
			return name, nil
		}
	}
	return "", command.WithHint(&command.ConfigError{Code: "Configuration", Msg: fmt.Sprintf("you have no %s in the account %s, only %s",
		strings.Join(readOnlyRoles[:], " or "), p.AccountID, strings.Join(account.Roles, ", "))}, "use --allow read, which needs no other permission set")
}

// maxPolicy is the largest size of a session policy. Source: the STS API reference, AssumeRole.
const maxPolicy = 2048

// readPolicy returns the policy in a file without white space.
func readPolicy(path string) (string, error) {
	content, err := datafile.Read(path, datafile.Limit)
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	if err := json.Compact(&b, content); err != nil {
		return "", command.Usagef("%s: not a policy in JSON: %s", path, err)
	}
	if b.Len() > maxPolicy {
		return "", command.Usagef("%s: the policy has %d characters without white space, at most %d are allowed", path, b.Len(), maxPolicy)
	}
	return b.String(), nil
}

// until returns a function that gets the credentials until the time of --for is over. It asks
// nothing and prints nothing, because the terminal belongs to the command. It keeps the settings of
// the start, because the command can edit the config.
func (r isolatedRole) until(app *command.App, caller string, o isolation) getter {
	get := credentials.UnattendedAs(app, caller, func(*profile.Profile) *profile.Profile { return r.profile })
	end := app.Now().Add(o.limit)
	return func(ctx context.Context, own func(string) bool) (ssocache.Credentials, error) {
		if o.limit != 0 && !app.Now().Before(end) {
			return ssocache.Credentials{}, command.WithHint(command.Failuref("the time of --for %s is over", o.limit), "start the command again")
		}
		c, err := get(ctx, own)
		if o.limit != 0 && err == nil && (c.Expiration.IsZero() || c.Expiration.After(end)) {
			c.Expiration = end // so that the command asks again, and sees the message
		}
		return c, err
	}
}

// tell says which secrets the command can still read.
func (r isolatedRole) tell(app *command.App) {
	if r.profile.Session.Key() == "" {
		return
	}
	store, err := r.w.Broker.Cache.Store(r.profile.Session.Key())
	if err != nil {
		return // the credentials came from somewhere, so the broker has said what is wrong
	}
	const advice = "run the command as another user or in a container, or see docs/isolate.md"
	switch store {
	case keystore.Encrypted:
		return
	case keystore.Agent:
		app.Warn("the command runs as your user, and can ask the agent for other roles if it looks for the agent", advice)
	case keystore.Keychain:
		app.Warn("the command runs as your user, and can read your tokens if the keychain lets it", advice)
	default:
		app.Warn("the command runs as your user, and can read the tokens in ~/.aws/sso/cache", "run: "+app.Name+" store migrate --to encrypted\nor "+advice)
	}
}

// emptyFiles writes a config with nothing but a region and an empty credentials file, and returns
// the variables that name them.
func emptyFiles(dir, region string) (setting, error) {
	config, keys := filepath.Join(dir, "config"), filepath.Join(dir, "credentials")
	text := ""
	if region != "" {
		text = "[default]\nregion = " + region + "\n"
	}
	if err := errors.Join(os.WriteFile(config, []byte(text), 0o600), os.WriteFile(keys, nil, 0o600)); err != nil {
		return nil, err
	}
	return setting{
		{"AWS_CONFIG_FILE", config},
		{"AWS_SHARED_CREDENTIALS_FILE", keys},
		{"BOTO_CONFIG", keys},                 // otherwise botocore reads the keys in ~/.boto
		{"AWS_EC2_METADATA_DISABLED", "true"}, // otherwise a program on an EC2 instance could use the role of the instance
		{"LANYARD_AGENT_SOCKET", "none"},
	}, nil
}

// startIsolatedServer starts an endpoint that gives the credentials to the command.
func startIsolatedServer(ctx context.Context, app *command.App, dir string, get getter) (setting, func(), error) {
	server, url, err := startServer(ctx, app, get)
	if err != nil {
		return nil, nil, err
	}
	file := filepath.Join(dir, "token")
	if err := os.WriteFile(file, []byte(server.Token().Reveal()), 0o600); err != nil {
		server.Close()
		return nil, nil, err
	}
	return setting{{endpointVariable, url}, {tokenFileVariable, file}, {tokenVariable, server.Token().Reveal()}}, server.Close, nil
}

// startProxy starts the signing proxy.
func startProxy(ctx context.Context, app *command.App, role isolatedRole, first ssocache.Credentials, o isolation, dir, commandName string,
	get getter,
) (setting, func(), error) {
	client, err := role.w.HTTPClientWithin(role.profile, time.Minute, time.Minute)
	if err != nil {
		return nil, nil, err
	}
	transport := client.Transport
	if t, ok := transport.(*http.Transport); ok {
		t = t.Clone()
		t.DisableCompression = true // the child checks the checksum of the compressed reply
		transport = t
	}
	c := signproxy.Config{
		Rules: o.rules, Account: first.AccountID, FIPS: role.profile.FIPS, DualStack: role.profile.DualStack, Transport: transport, Now: app.Now, Log: app.Log,
		Credentials: func(ctx context.Context) (ssocache.Credentials, error) {
			return get(ctx, func(string) bool { return false })
		},
		Endpoint: func(svc *model.Service) string {
			e, err := role.profile.Endpoint(svc.EnvName())
			if err != nil {
				return "" // AWS's own endpoint
			}
			return e.URL
		},
		Record: recorder(app, role.profile, commandName),
		Tunnel: signproxy.Dial(proxyenv.Read(app.Env.Environ()).For),
	}
	if c.Account == "" {
		c.Account = role.profile.AccountID
	}
	if o.via == "endpoint" {
		c.Via = signproxy.ViaEndpoint
	}
	p, err := signproxy.Start(ctx, c)
	if err != nil {
		return nil, nil, err
	}
	bundle := app.Env.Get("AWS_CA_BUNDLE")
	if bundle == "" {
		bundle = app.Env.Get("SSL_CERT_FILE")
	}
	bypass := app.Env.Get("NO_PROXY")
	if bypass == "" {
		bypass = app.Env.Get("no_proxy")
	}
	pairs, err := p.Env(dir, bundle, bypass)
	if err != nil {
		p.Close()
		return nil, nil, err
	}
	var vars setting
	for _, kv := range pairs {
		vars = append(vars, variable{kv[0], kv[1]})
	}
	return vars, p.Close, nil
}

// isolatedEnvironment returns an environment without the variables of lanyard, and without those
// that lead to other credentials. With the proxy, the variables for endpoints are removed too.
func isolatedEnvironment(environ []string, proxied bool) []string {
	return slices.DeleteFunc(slices.Clone(environ), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		if runtime.GOOS == "windows" {
			name = strings.ToUpper(name)
		}
		return strings.HasPrefix(name, "LANYARD_") || strings.HasPrefix(name, "AWS_ENDPOINT_URL_SSO") ||
			proxied && (strings.HasPrefix(name, "AWS_ENDPOINT_URL") || name == "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")
	})
}
