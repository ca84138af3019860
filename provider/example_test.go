package provider_test

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/lanyard-cli/lanyard/provider"
)

// Print the account of a profile. Here an emulator stands for AWS, and the environment of the home
// leads to it. Your program needs neither Environ nor BaseEndpoint.
func Example() {
	home, err := newHome()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer home.close()
	if err := home.signIn(); err != nil { // the user runs: lanyard sso login
		fmt.Println(err)
		return
	}

	ctx := context.Background()
	cfg, err := config.LoadDefaultConfig(ctx,
		config.WithRegion("us-east-1"),
		config.WithBaseEndpoint(home.srv.URL),
		config.WithCredentialsProvider(provider.New(provider.Options{Profile: "dev-admin", Environ: home.env})),
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	who, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(*who.Account)
	// Output: 111122223333
}
