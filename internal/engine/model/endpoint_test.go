package model

import "testing"

func TestEndpoint(t *testing.T) {
	tests := []struct {
		service, region string
		fips, dual      bool
		url, signing    string // url "" means that there is no endpoint
	}{
		{"sts", "", false, false, "https://sts.amazonaws.com", "us-east-1"},
		{"sts", "aws-global", false, false, "https://sts.amazonaws.com", "us-east-1"},
		{"sts", "us-east-1", false, false, "https://sts.us-east-1.amazonaws.com", "us-east-1"},
		{"sts", "cn-north-1", false, false, "https://sts.cn-north-1.amazonaws.com.cn", "cn-north-1"},
		{"sts", "us-gov-west-1", true, false, "https://sts.us-gov-west-1.amazonaws.com", "us-gov-west-1"},
		{"sts", "eu-west-1", true, true, "https://sts-fips.eu-west-1.api.aws", "eu-west-1"},
		{"ec2", "", false, false, "", ""},
		{"ec2", "eu-west-1", false, true, "https://ec2.eu-west-1.api.aws", "eu-west-1"},
		{"ec2", "us-east-1-fips", false, false, "https://ec2-fips.us-east-1.amazonaws.com", "us-east-1"},
		{"ec2", "eu-atlantis-7", false, false, "https://ec2.eu-atlantis-7.amazonaws.com", "eu-atlantis-7"},
		{"ec2", "eusc-de-east-1", false, false, "https://ec2.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1"},
		{"iam", "", false, false, "https://iam.amazonaws.com", "us-east-1"},
		{"iam", "eu-west-1", false, false, "https://iam.amazonaws.com", "us-east-1"},
		{"iam", "cn-northwest-1", false, false, "https://iam.cn-north-1.amazonaws.com.cn", "cn-north-1"},
		{"iam", "eu-west-1", true, false, "https://iam-fips.amazonaws.com", "us-east-1"},
		{"organizations", "ap-south-1", false, false, "https://organizations.us-east-1.amazonaws.com", "us-east-1"},
		{"organizations", "us-gov-east-1", false, false, "https://organizations.us-gov-west-1.amazonaws.com", "us-gov-west-1"},
		{"sso", "eu-west-1", false, false, "https://portal.sso.eu-west-1.amazonaws.com", "eu-west-1"},
	}
	for _, tt := range tests {
		s, err := Load(tt.service)
		if err != nil {
			t.Fatal(err)
		}
		e, ok := s.Endpoint(tt.region, tt.fips, tt.dual)
		if (e != Endpoint{tt.url, tt.signing}) || ok != (tt.url != "") {
			t.Errorf("%s in %q, fips %v, dual stack %v: %+v, %v; want %s, %s", tt.service, tt.region, tt.fips, tt.dual, e, ok, tt.url, tt.signing)
		}
	}
}

func TestPartition(t *testing.T) {
	for region, want := range map[string]string{
		"eu-west-1": "aws", "cn-north-1": "aws-cn", "us-gov-west-1": "aws-us-gov", "us-isob-east-1": "aws-iso-b", "aws-cn-global": "aws-cn", "nowhere": "aws", "": "aws",
	} {
		if got := Partition(region); got != want {
			t.Errorf("Partition(%q) = %s, want %s", region, got, want)
		}
	}
}

func BenchmarkEndpoint(b *testing.B) {
	s, err := Load("iam")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, ok := s.Endpoint("us-gov-west-1", false, false); !ok {
			b.Fatal("no endpoint")
		}
	}
}
