//go:build ignore

// Command signin signs in to IAM Identity Center with the AWS SDK for Go alone, and uses the
// session like a profile.
//
//	go run interop/signin.go login | accounts | credentials | identity PROFILE | logout
package main

import (
	"context"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sso"
	"github.com/aws/aws-sdk-go-v2/service/ssooidc"
	"github.com/aws/aws-sdk-go-v2/service/ssooidc/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

const (
	session  = "lanyard-emulator"
	startURL = "https://d-1234567890.awsapps.com/start"
	region   = "us-east-1"
)

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	// A config without a profile, because AWS_PROFILE may name a profile that needs the session.
	cfg, err := config.LoadDefaultConfig(ctx, config.WithRegion(region), config.WithSharedConfigProfile("default"))
	if err != nil {
		return err
	}
	portal := sso.NewFromConfig(cfg)
	switch args[0] {
	case "login":
		return login(ctx, ssooidc.NewFromConfig(cfg))
	case "accounts":
		return accounts(ctx, portal)
	case "credentials":
		return credentials(ctx, portal)
	case "identity":
		return identity(ctx, args[1])
	case "logout":
		return logout(ctx, portal)
	}
	return fmt.Errorf("no verb %q", args[0])
}

// A token is the content of a file in the AWS CLI's cache.
type token struct {
	StartURL              string    `json:"startUrl"`
	Region                string    `json:"region"`
	AccessToken           string    `json:"accessToken"`
	ExpiresAt             time.Time `json:"expiresAt"`
	RefreshToken          string    `json:"refreshToken"`
	ClientID              string    `json:"clientId"`
	ClientSecret          string    `json:"clientSecret"`
	RegistrationExpiresAt time.Time `json:"registrationExpiresAt"`
}

func cache() (string, error) {
	home, err := os.UserHomeDir()
	sum := sha1.Sum([]byte(session))
	return filepath.Join(home, ".aws", "sso", "cache", hex.EncodeToString(sum[:])+".json"), err
}

func cached() (t token, err error) {
	path, err := cache()
	if err != nil {
		return t, err
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return t, err
	}
	return t, json.Unmarshal(data, &t)
}

func login(ctx context.Context, oidc *ssooidc.Client) error {
	client, err := oidc.RegisterClient(ctx, &ssooidc.RegisterClientInput{
		ClientName: aws.String("go"), ClientType: aws.String("public"), Scopes: []string{"sso:account:access"},
	})
	if err != nil {
		return err
	}
	flow, err := oidc.StartDeviceAuthorization(ctx, &ssooidc.StartDeviceAuthorizationInput{
		ClientId: client.ClientId, ClientSecret: client.ClientSecret, StartUrl: aws.String(startURL),
	})
	if err != nil {
		return err
	}
	if err := exec.CommandContext(ctx, os.Getenv("BROWSER"), *flow.VerificationUriComplete).Run(); err != nil {
		return err
	}
	for {
		out, err := oidc.CreateToken(ctx, &ssooidc.CreateTokenInput{
			ClientId: client.ClientId, ClientSecret: client.ClientSecret, DeviceCode: flow.DeviceCode,
			GrantType: aws.String("urn:ietf:params:oauth:grant-type:device_code"),
		})
		var pending *types.AuthorizationPendingException
		if errors.As(err, &pending) {
			time.Sleep(time.Duration(flow.Interval) * time.Second)
			continue
		}
		if err != nil {
			return err
		}
		return save(token{
			startURL, region, *out.AccessToken, time.Now().Add(time.Duration(out.ExpiresIn) * time.Second).UTC().Truncate(time.Second), *out.RefreshToken,
			*client.ClientId, *client.ClientSecret, time.Unix(client.ClientSecretExpiresAt, 0).UTC(),
		})
	}
}

func save(t token) error {
	path, err := cache()
	if err != nil {
		return err
	}
	data, err := json.Marshal(t)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o600)
}

func accounts(ctx context.Context, portal *sso.Client) error {
	t, err := cached()
	if err != nil {
		return err
	}
	for pages := sso.NewListAccountsPaginator(portal, &sso.ListAccountsInput{AccessToken: &t.AccessToken}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, a := range page.AccountList {
			roles, err := portal.ListAccountRoles(ctx, &sso.ListAccountRolesInput{AccessToken: &t.AccessToken, AccountId: a.AccountId})
			if err != nil {
				return err
			}
			for _, r := range roles.RoleList {
				fmt.Println(*a.AccountId, *r.RoleName)
			}
		}
	}
	return nil
}

func credentials(ctx context.Context, portal *sso.Client) error {
	t, err := cached()
	if err != nil {
		return err
	}
	out, err := portal.GetRoleCredentials(ctx, &sso.GetRoleCredentialsInput{
		AccessToken: &t.AccessToken, AccountId: aws.String("111122223333"), RoleName: aws.String("AdministratorAccess"),
	})
	if err != nil {
		return err
	}
	fmt.Println(*out.RoleCredentials.AccessKeyId)
	return nil
}

func identity(ctx context.Context, profile string) error {
	cfg, err := config.LoadDefaultConfig(ctx, config.WithSharedConfigProfile(profile))
	if err != nil {
		return err
	}
	out, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, nil)
	if err != nil {
		return err
	}
	fmt.Println(*out.Arn)
	return nil
}

func logout(ctx context.Context, portal *sso.Client) error {
	t, err := cached()
	if err != nil {
		return err
	}
	if _, err := portal.Logout(ctx, &sso.LogoutInput{AccessToken: &t.AccessToken}); err != nil {
		return err
	}
	path, err := cache()
	if err != nil {
		return err
	}
	return os.Remove(path)
}
