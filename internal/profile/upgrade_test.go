package profile

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
)

func TestUpgrades(t *testing.T) {
	for _, tt := range []struct {
		name, url, session string
		config, want       string
		warnings           int
	}{
		{
			name:   "a session of the same start URL and region is used, and gets the refresh settings",
			config: "[sso-session s]\nsso_start_url=https://a.awsapps.com/start\nsso_region=eu-west-1\n[profile p]\nsso_start_url=https://a.awsapps.com/start\nsso_region=eu-west-1\nsso_refresh_window=60 # short\nsso_session_duration=28800 # a day's work\nsso_auto_refresh=false\n",
			want:   "[sso-session s]\nsso_start_url=https://a.awsapps.com/start\nsso_region=eu-west-1\nsso_auto_refresh = false\nsso_refresh_window = 60\nsso_session_duration = 28800\n[profile p]\nsso_session = s\n",
		},
		{
			name:    "a start URL in two regions needs two sessions with unused names",
			session: "x",
			config:  "[sso-session x-2]\nsso_region=eu-west-1\n[profile p]\nsso_start_url=https://a.awsapps.com/start\nsso_region=eu-west-1\n[profile q]\nsso_start_url=https://a.awsapps.com/start\nsso_region=us-east-1\n",
			want: "[sso-session x-2]\nsso_region=eu-west-1\n[profile p]\nsso_session = x\n[profile q]\nsso_session = a\n" +
				"[sso-session x]\nsso_start_url = https://a.awsapps.com/start\nsso_region = eu-west-1\nsso_registration_scopes = sso:account:access\n" +
				"[sso-session a]\nsso_start_url = https://a.awsapps.com/start\nsso_region = us-east-1\nsso_registration_scopes = sso:account:access\n",
		},
		{
			name:   "only one start URL, and the comment after the region is removed",
			url:    "https://b.awsapps.com/start",
			config: "[profile p]\nsso_start_url=https://a.awsapps.com/start\nsso_region=eu-west-1\n[profile q]\nsso_start_url=https://b.awsapps.com/start\nsso_region=us-east-1 # home\n",
			want: "[profile p]\nsso_start_url=https://a.awsapps.com/start\nsso_region=eu-west-1\n[profile q]\nsso_session = b\n" +
				"[sso-session b]\nsso_start_url = https://b.awsapps.com/start\nsso_region = us-east-1\nsso_registration_scopes = sso:account:access\n",
			warnings: 1,
		},
		{
			name:     "incomplete and invalid profiles are not changed",
			config:   "[profile p]\nsso_start_url=https://a.awsapps.com/start\n[profile q]\nsso_start_url=https://b.awsapps.com/start\nsso_region=not a region\n[profile r]\nsso_session=s\n",
			want:     "[profile p]\nsso_start_url=https://a.awsapps.com/start\n[profile q]\nsso_start_url=https://b.awsapps.com/start\nsso_region=not a region\n[profile r]\nsso_session=s\n",
			warnings: 2,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := Inputs{Config: awsconfig.NewDoc("config", false, tt.config)}
			ups, warnings, err := Upgrades(in, tt.url, tt.session)
			if err != nil {
				t.Fatal(err)
			}
			if len(warnings) != tt.warnings {
				t.Errorf("warnings: %v, want %d", warnings, tt.warnings)
			}
			var changes []awsconfig.Change
			for _, u := range ups {
				changes = append(changes, u.Changes...)
			}
			got, err := awsconfig.Edit("config", []byte(tt.config), false, changes...)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, string(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestUpgradesLeaveTheCredentialsFileAlone(t *testing.T) {
	in := Inputs{Credentials: awsconfig.NewDoc("credentials", true, "[p]\nsso_start_url=https://a.awsapps.com/start\nsso_region=eu-west-1\n")}
	ups, warnings, err := Upgrades(in, "", "")
	if err != nil || len(ups) != 0 || len(warnings) != 1 {
		t.Errorf("%v, %v, %v; want only a warning", ups, warnings, err)
	}
}

func TestCheckAgreement(t *testing.T) {
	in := Inputs{Config: awsconfig.NewDoc("config", false,
		"[sso-session s]\nsso_region=eu-west-1\n[profile p]\nsso_session=s\n[profile q]\nsso_session=s\nregion=us-east-1\nsso_auto_refresh=true\n[profile r]\n")}
	profile := func(name, key, value string) awsconfig.Change {
		return awsconfig.Change{Kind: awsconfig.Profile, Name: name, Key: key, Value: value}
	}
	session := func(key, value string) awsconfig.Change {
		return awsconfig.Change{Kind: awsconfig.SSOSession, Name: "s", Key: key, Value: value}
	}
	for _, tt := range []struct {
		change awsconfig.Change
		ok     bool
	}{
		{profile("p", "SSO_Region", "us-east-1"), false},
		{profile("p", "sso_region", "eu-west-1"), true},
		{profile("p", "region", "us-east-1"), true},
		{profile("r", "sso_region", "us-east-1"), true},
		{profile("new", "sso_region", "us-east-1"), true},
		{session("sso_auto_refresh", "false"), false},
		{session("sso_auto_refresh", "true"), true},
		{session("region", "us-west-2"), false},
		{session("sso_start_url", "https://x"), true},
		{awsconfig.Change{Kind: awsconfig.Profile, Name: "p", Key: "sso_region", Remove: true}, true},
		{awsconfig.Change{Kind: awsconfig.Services, Name: "s", Key: "sso_region", Value: "x"}, true},
	} {
		if err := CheckAgreement(in, tt.change); (err == nil) != tt.ok {
			t.Errorf("%+v: %v, want ok %t", tt.change, err, tt.ok)
		}
	}
}

func TestContradictions(t *testing.T) {
	in := Inputs{Config: awsconfig.NewDoc("config", false,
		"[sso-session s]\nsso_region=eu-west-1\nsso_start_url=u\n[profile p]\nsso_region=us-east-1\nsso_start_url=u\nregion=x\n")}
	got, err := Contradictions(in, "p", "s")
	if diff := cmp.Diff([]string{"sso_region"}, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if got, err := Contradictions(in, "p", "none"); got != nil || err != nil {
		t.Errorf("%v, %v; want none", got, err)
	}
}

func TestRegionsOfAPartition(t *testing.T) {
	for region, want := range map[string]string{
		"": "us-east-1", "eu-west-9": "us-east-1", "cn-north-1": "cn-north-1", "us-gov-west-1": "us-gov-east-1",
		"us-iso-west-1": "us-iso-east-1", "us-isob-east-1": "us-isob-east-1", "eusc-de-east-1": "eusc-de-east-1", "eu-isoe-west-1": "eu-isoe-west-1",
	} {
		if got := PartitionRegions(region); len(got) == 0 || got[0] != want {
			t.Errorf("PartitionRegions(%q) begins with %v, want %s", region, got, want)
		}
	}
	if known, near, err := CheckRegion("us-esat-1"); known || err != nil || len(near) == 0 || near[0] != "us-east-1" {
		t.Errorf("CheckRegion(us-esat-1) = %t, %v, %v; want us-east-1 nearest", known, near, err)
	}
	for _, bad := range []string{"", "a b", "-x", "123"} {
		if _, _, err := CheckRegion(bad); err == nil {
			t.Errorf("CheckRegion(%q) is nil, want an error", bad)
		}
	}
}
