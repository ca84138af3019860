package model

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestServices(t *testing.T) {
	names := Services()
	for _, want := range []string{"cloudformation", "ec2", "iam", "organizations", "s3api", "sso", "sts"} {
		if !slices.Contains(names, want) {
			t.Errorf("Services() = %v lacks %s", names, want)
		}
	}
	for _, name := range names {
		if !Has(name) {
			t.Errorf("Has(%q) = false, want true", name)
		}
	}
	for _, none := range []string{"", " ", "\n", "s3", "ec", "c2", "sts supplychain", "partitions", "codecatalyst"} {
		if Has(none) {
			t.Errorf("Has(%q) = true, want false", none)
		}
	}
	for _, none := range []string{"", "s3", "partitions", "../tables/ec2"} {
		if s, err := Load(none); err == nil {
			t.Errorf("Load(%q) = %v, want an error", none, s)
		}
	}
}

func TestEveryOperationIsComplete(t *testing.T) {
	for _, name := range Services() {
		s, err := Load(name)
		if err != nil {
			t.Fatal(err)
		}
		if s.ID == "" || s.APIVersion == "" || s.Protocol == "" || s.EndpointPrefix == "" || s.SigningName == "" {
			t.Errorf("Load(%q) = %+v, want all names and the API version", name, s)
		}
		for _, op := range s.Operations() {
			o, ok := s.Operation(op)
			if !ok || o.CLIName != op || o.Method == "" || o.URI == "" {
				t.Errorf("%s: Operation(%q) = %+v, %v, want method, URI and name", name, op, o, ok)
				continue
			}
			seen := make(map[*Shape]bool)
			complete(t, name+" "+op, o.Input, seen)
			complete(t, name+" "+op, o.Output, seen)
			for _, e := range o.Errors {
				complete(t, name+" "+op, &Member{Shape: e}, seen)
			}
		}
	}
}

// complete fails the test if the table lacks a part of a shape below m.
func complete(t *testing.T, path string, m *Member, seen map[*Shape]bool) {
	if m == nil || seen[m.Shape] {
		return
	}
	seen[m.Shape] = true
	path += "." + m.Name
	switch s := m.Shape; s.Kind {
	case List:
		if s.Element == nil {
			t.Fatalf("%s: list %s has no element", path, s.Name)
		}
		complete(t, path, s.Element, seen)
	case Map:
		if s.Key == nil || s.Value == nil {
			t.Fatalf("%s: map %s has no key or no value", path, s.Name)
		}
		complete(t, path, s.Value, seen)
	case Structure:
		if s.Members == nil {
			t.Errorf("%s: structure %q is not in the table", path, s.Name)
		}
		for _, part := range s.Members {
			complete(t, path, part, seen)
		}
	}
}

func TestOperation(t *testing.T) {
	s, err := Load("ec2")
	if err != nil {
		t.Fatal(err)
	}
	op, ok := s.Operation("describe-instances")
	if !ok {
		t.Fatal("no describe-instances")
	}
	if op.Name != "DescribeInstances" || op.Method != "POST" || op.URI != "/" {
		t.Errorf("operation = %+v, want DescribeInstances with POST /", op)
	}
	want := &Paginator{Input: []string{"NextToken"}, Output: []string{"NextToken"}, Limit: "MaxResults", Result: []string{"Reservations"}}
	if diff := cmp.Diff(want, op.Paginator); diff != "" {
		t.Error(diff)
	}
	// The AWS CLI prints the members in this order.
	reservation := op.Output.Shape.Member("Reservations").Shape.Element.Shape
	var names []string
	for _, m := range reservation.Members {
		names = append(names, m.Name+"="+m.Wire())
	}
	if diff := cmp.Diff([]string{"ReservationId=reservationId", "OwnerId=ownerId", "RequesterId=requesterId", "Groups=groupSet", "Instances=instancesSet"}, names); diff != "" {
		t.Error(diff)
	}
	var parameters []string
	for _, p := range op.Parameters() {
		parameters = append(parameters, p.Name)
	}
	for _, want := range []string{"instance-ids", "dry-run", "filters", "next-token", "max-results"} {
		if !slices.Contains(parameters, want) {
			t.Errorf("parameters %v lack %s", parameters, want)
		}
	}
	if _, ok := s.Operation("DescribeInstances"); ok {
		t.Error("found an operation by its API name")
	}
}

func TestRecursiveShapes(t *testing.T) {
	s := Parse("x", "service\tx\noperation\tGo\tGET\t/\n\tin\tTree\nstructure\tTree\n\tLeft\tTree\n\tLeaf\tstring\tmin=2\n")
	op, _ := s.Operation("go")
	if tree := op.Input.Shape; tree.Member("Left").Shape != tree || tree.Member("Leaf").Shape.Min != 2 || tree.Member("none") != nil {
		t.Errorf("tree = %+v, want a recursive shape with the member Leaf", tree)
	}
}

func TestEnvName(t *testing.T) {
	if got := (&Service{ID: "SSO OIDC"}).EnvName(); got != "SSO_OIDC" {
		t.Errorf("EnvName() = %s", got)
	}
}

func TestCLIName(t *testing.T) {
	for name, want := range map[string]string{
		"DescribeInstances": "describe-instances", "ListObjectsV2": "list-objects-v2", "AssumeRoleWithSAML": "assume-role-with-saml",
		"RoleARNs": "role-arns", "VPCs": "-vpcs", "CreateCachediSCSIVolume": "create-cached-iscsi-volume", "accessToken": "access-token",
		"S3Bucket": "s3-bucket", "DBInstanceIdentifier": "db-instance-identifier", "a-b": "a-b", "": "", "MFADelete": "mfa-delete",
	} {
		if got := CLIName(name); got != want {
			t.Errorf("CLIName(%q) = %q, want %q", name, got, want)
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	for service, operation := range map[string]string{"sts": "get-caller-identity", "ec2": "describe-instances"} {
		b.Run(service, func(b *testing.B) {
			for b.Loop() {
				s, err := Load(service)
				if err != nil {
					b.Fatal(err)
				}
				if _, ok := s.Operation(operation); !ok {
					b.Fatal("no operation")
				}
			}
		})
	}
}
