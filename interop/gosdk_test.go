package interop_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sso"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// goClientVariable is set if the test binary runs as a client of the AWS SDK for Go.
const goClientVariable = "LANYARD_INTEROP_GO_CLIENT"

// goClient runs this client with a verb and its argument, and prints JSON to stdout.
func goClient(args []string) int {
	verbs := map[string]func(context.Context, string) (any, error){"identity": goIdentity, "accounts": goAccounts}
	answer, err := verbs[args[0]](context.Background(), args[1])
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(answer)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func goIdentity(ctx context.Context, profile string) (any, error) {
	cfg, err := config.LoadDefaultConfig(ctx, config.WithSharedConfigProfile(profile))
	if err != nil {
		return nil, err
	}
	out, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, nil)
	if err != nil {
		return nil, err
	}
	return identity{*out.Account, *out.Arn, *out.UserId}, nil
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
