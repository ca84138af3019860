package interop_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sso"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/lanyard-cli/lanyard/provider"
)

// goClientVariable is set if the test binary runs as a client of the AWS SDK for Go.
const goClientVariable = "LANYARD_INTEROP_GO_CLIENT"

// A lookup is a task of a client: the profile of the command line, and the environment.
type lookup struct {
	Profile string            `json:"profile"` // "" means none
	Env     map[string]string `json:"env"`
}

// A finding is the result of a lookup: an ARN or an error.
type finding struct {
	Arn   string `json:"arn"`
	Error string `json:"error"`
}

// goClient runs this client with a verb and its argument, and prints JSON to stdout.
func goClient(args []string) int {
	verbs := map[string]func(context.Context, string) (any, error){
		"identity": goIdentity, "accounts": goAccounts, "ambient": goAmbient, "library": goLibrary,
		"profiles": goProfiles, "libraries": goLibraries,
	}
	answer, err := verbs[args[0]](context.Background(), args[len(args)-1])
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(answer)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// goProfiles does the lookups on stdin.
func goProfiles(ctx context.Context, _ string) (any, error) {
	return lookUpAll(func(profile string) (any, error) { return goIdentity(ctx, profile) })
}

// goLibraries does the lookups on stdin with package provider.
func goLibraries(ctx context.Context, _ string) (any, error) {
	return lookUpAll(func(profile string) (any, error) {
		p := provider.New(provider.Options{Profile: profile})
		if _, err := p.Retrieve(ctx); err != nil {
			return nil, err // the SDK has other errors if AWS_PROFILE is wrong
		}
		return identityWith(ctx, config.WithCredentialsProvider(p))
	})
}

// lookUpAll does the lookups on stdin. who returns the identity of a profile.
func lookUpAll(who func(profile string) (any, error)) (any, error) {
	var tasks []lookup
	if err := json.NewDecoder(os.Stdin).Decode(&tasks); err != nil {
		return nil, err
	}
	found := make([]finding, len(tasks))
	for i, task := range tasks {
		before := os.Environ()
		for name, value := range task.Env {
			_ = os.Setenv(name, value) // the names are valid
		}
		is, err := who(task.Profile)
		if err != nil {
			found[i].Error = err.Error()
		} else {
			found[i].Arn = is.(identity).Arn
		}
		os.Clearenv()
		for _, entry := range before {
			name, value, _ := strings.Cut(entry, "=")
			_ = os.Setenv(name, value) // the names are valid
		}
	}
	return found, nil
}

// goIdentity returns the identity of a profile. "" is the profile of the environment.
func goIdentity(ctx context.Context, profile string) (any, error) {
	return identityWith(ctx, config.WithSharedConfigProfile(profile))
}

// identityWith returns the identity of a config.
func identityWith(ctx context.Context, option func(*config.LoadOptions) error) (any, error) {
	cfg, err := config.LoadDefaultConfig(ctx, option)
	if err != nil {
		return nil, err
	}
	out, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, nil)
	if err != nil {
		return nil, err
	}
	return identity{*out.Account, *out.Arn, *out.UserId}, nil
}

// goAmbient prints the identity without a profile, and again when the file end exists.
func goAmbient(ctx context.Context, end string) (any, error) {
	return twice(ctx, end)
}

// goLibrary does the same with package provider, for the profile of the environment.
func goLibrary(ctx context.Context, end string) (any, error) {
	return twice(ctx, end, config.WithCredentialsProvider(provider.New(provider.Options{})))
}

// twice prints the identity, and again when the file end exists.
func twice(ctx context.Context, end string, options ...func(*config.LoadOptions) error) (any, error) {
	cfg, err := config.LoadDefaultConfig(ctx, append(options, config.WithRegion("us-east-1"))...)
	if err != nil {
		return nil, err
	}
	client := sts.NewFromConfig(cfg)
	exists := func() bool { _, err := os.Stat(end); return err == nil }
	for {
		out, err := client.GetCallerIdentity(ctx, nil)
		if err != nil {
			return nil, err
		}
		keys, err := cfg.Credentials.Retrieve(ctx)
		if err != nil {
			return nil, err
		}
		if err := json.NewEncoder(os.Stdout).Encode(ambientIdentity{identity{*out.Account, *out.Arn, *out.UserId}, keys.AccessKeyID}); err != nil {
			return nil, err
		}
		if exists() {
			return "done", nil
		}
		for !exists() {
			time.Sleep(50 * time.Millisecond)
		}
	}
}

func goAccounts(ctx context.Context, tokenFile string) (any, error) {
	var tok struct{ AccessToken string }
	data, err := os.ReadFile(tokenFile)
	if err == nil {
		err = json.Unmarshal(data, &tok)
	}
	if err != nil {
		return nil, err
	}
	cfg, err := config.LoadDefaultConfig(ctx, config.WithRegion("us-east-1"))
	if err != nil {
		return nil, err
	}
	var out listing
	pages := sso.NewListAccountsPaginator(sso.NewFromConfig(cfg), &sso.ListAccountsInput{AccessToken: &tok.AccessToken})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		out.Pages++
		out.Accounts += len(page.AccountList)
	}
	return out, nil
}
