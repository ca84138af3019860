package emulatortest_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sso"
	"github.com/aws/aws-sdk-go-v2/service/ssooidc"

	"github.com/lanyard-cli/lanyard/emulator/emulatortest"
)

const deviceGrant = "urn:ietf:params:oauth:grant-type:device_code"

// An sdkClient is a minimal client with the Go SDK. It shows that a client can pass the suite.
type sdkClient struct {
	srv     *emulatortest.Server
	oidc    *ssooidc.Client
	portal  *sso.Client
	reg     *ssooidc.RegisterClientOutput
	token   *ssooidc.CreateTokenOutput
	expires time.Time
}

func newSDKClient(_ *testing.T, srv *emulatortest.Server) emulatortest.Client {
	return &sdkClient{
		srv:    srv,
		oidc:   ssooidc.New(ssooidc.Options{Region: srv.Region(), BaseEndpoint: &srv.URL}),
		portal: sso.New(sso.Options{Region: srv.Region(), BaseEndpoint: &srv.URL}),
	}
}

func (c *sdkClient) Login(ctx context.Context, open func(string) error) (err error) {
	c.reg, err = c.oidc.RegisterClient(ctx, &ssooidc.RegisterClientInput{ClientName: aws.String("suite"), ClientType: aws.String("public"), Scopes: []string{"sso:account:access"}})
	if err != nil {
		return err
	}
	dev, err := c.oidc.StartDeviceAuthorization(ctx, &ssooidc.StartDeviceAuthorizationInput{ClientId: c.reg.ClientId, ClientSecret: c.reg.ClientSecret, StartUrl: aws.String(c.srv.StartURL())})
	if err != nil {
		return err
	}
	if err := open(*dev.VerificationUriComplete); err != nil {
		return err
	}
	return c.create(ctx, &ssooidc.CreateTokenInput{GrantType: aws.String(deviceGrant), DeviceCode: dev.DeviceCode})
}

func (c *sdkClient) create(ctx context.Context, in *ssooidc.CreateTokenInput) error {
	in.ClientId, in.ClientSecret = c.reg.ClientId, c.reg.ClientSecret
	out, err := c.oidc.CreateToken(ctx, in)
	if err != nil {
		return err
	}
	c.token, c.expires = out, time.Now().Add(time.Duration(out.ExpiresIn)*time.Second)
	return nil
}

func (c *sdkClient) Credentials(ctx context.Context, account, role string) (emulatortest.Credentials, error) {
	var none emulatortest.Credentials
	if c.token == nil {
		return none, errors.New("not signed in")
	}
	if !time.Now().Before(c.expires) {
		if err := c.create(ctx, &ssooidc.CreateTokenInput{GrantType: aws.String("refresh_token"), RefreshToken: c.token.RefreshToken}); err != nil {
			return none, err
		}
	}
	out, err := c.portal.GetRoleCredentials(ctx, &sso.GetRoleCredentialsInput{AccessToken: c.token.AccessToken, AccountId: &account, RoleName: &role})
	if err != nil {
		return none, err
	}
	rc := out.RoleCredentials
	return emulatortest.Credentials{
		AccessKeyID: *rc.AccessKeyId, SecretAccessKey: *rc.SecretAccessKey, SessionToken: *rc.SessionToken, Expires: time.UnixMilli(rc.Expiration),
	}, nil
}

func (c *sdkClient) Logout(ctx context.Context) error {
	_, err := c.portal.Logout(ctx, &sso.LogoutInput{AccessToken: c.token.AccessToken})
	c.token = nil
	return err
}

func TestConformance(t *testing.T) { emulatortest.TestClient(t, newSDKClient) }
