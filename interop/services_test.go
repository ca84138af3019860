package interop_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/emulator"
)

// The role credentials also work for S3 and EC2.
func TestServicesWithTheCredentials(t *testing.T) {
	t.Parallel()
	h := newHome(t, setups[0], emulator.Config{})
	h.loginWith(t, clientNamed("lanyard"))
	buckets, keys := []string{"account1-backups", "account1-website"}, []string{"img/logo a+b.svg", "index.html"}
	instances := []string{"i-0123456789abcdef0"}

	boto3 := which(func(c client) bool { return strings.HasPrefix(c.name, "boto3") })
	each(t, boto3, func(t *testing.T, c client) {
		var got struct{ Buckets, Keys, Instances []string }
		h.run(t, c.with([]string{"services", "dev"})).decode(t, &got)
		if !slices.Equal(got.Buckets, buckets) || !slices.Equal(got.Keys, keys) || !slices.Equal(got.Instances, instances) {
			t.Errorf("got %+v, want %v, %v, %v", got, buckets, keys, instances)
		}
	})
	each(t, []client{clientNamed("AWS CLI v2")}, func(t *testing.T, c client) {
		for _, tt := range []struct {
			args []string
			want []string
		}{
			{[]string{"s3", "ls"}, buckets},
			{[]string{"s3", "ls", "--recursive", "s3://account1-website"}, keys},
			{[]string{"ec2", "describe-instances", "--query", "Reservations[].Instances[].InstanceId", "--output", "text"}, instances},
		} {
			r := h.run(t, c.with(tt.args, "--profile", "dev")).must(t)
			for i, line := range strings.Split(strings.TrimSpace(r.stdout), "\n") {
				if i >= len(tt.want) || !strings.HasSuffix(line, tt.want[i]) {
					t.Errorf("%v: line %d is %q, want %q", tt.args, i, line, tt.want)
				}
			}
		}
	})
}

// chainedConfig has a profile that assumes a role with the role of Identity Center. Its source
// profile is a legacy profile, because AWS CLI 2.9 accepts no other source here.
const chainedConfig = `[profile dev]
sso_start_url = ` + startURL + `
sso_region = us-east-1
sso_account_id = 444455556666
sso_role_name = DeveloperAccess
region = us-east-1

[profile deploy]
role_arn = arn:aws:iam::123456789012:role/Deploy
source_profile = dev
role_session_name = release
region = us-east-1
`

func TestAssumeRoleWithSSOSource(t *testing.T) {
	t.Parallel()
	h := newHome(t, setup{"chained", chainedConfig, ""}, emulator.Config{})
	h.loginWith(t, clientNamed("lanyard"))
	each(t, others(oneOfEach()), func(t *testing.T, c client) {
		if c.process != nil {
			c.identity = c.process
		}
		var got identity
		h.run(t, c.whoami("deploy")).decode(t, &got)
		if got.Arn != "arn:aws:sts::123456789012:assumed-role/Deploy/release" {
			t.Errorf("identity = %+v, want the session release of Deploy", got)
		}
	})
}
