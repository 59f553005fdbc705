package product

import (
	"slices"

	"github.com/weirgraph/weir/policy"
)

// in is a remediation in an object of a kind.
func in(kind string, edits ...policy.Edit) policy.Remediation {
	return policy.Remediation{Kind: kind, Edits: edits}
}

// at is a remediation in a value that is part of a larger one.
func at(kind string, edits ...policy.Edit) policy.Remediation {
	return policy.Remediation{Kind: kind, Base: policy.BasePlace, Edits: edits}
}

// inBlock is at, where a product has several kinds of blocks: the places of objects of the others are wrong.
func inBlock(kind, object string, edits ...policy.Edit) policy.Remediation {
	r := at(kind, edits...)
	r.Block = object
	return r
}

// ifWritten is at, beside other fields alone.
func ifWritten(kind string, edits ...policy.Edit) policy.Remediation {
	r := at(kind, edits...)
	r.IfWritten = true
	return r
}

// withOthers is a remediation in entries of a list, with one for the requests that no other is for.
func withOthers(r policy.Remediation, list, entry string) policy.Remediation {
	r.Others = &policy.Edit{Op: policy.OpAdd, Path: list, Value: entry}
	return r
}

// inFile is a remediation in the settings of a program.
func inFile(kind string, edits ...policy.Edit) policy.Remediation {
	return policy.Remediation{Kind: kind, Base: policy.BaseFile, Edits: edits}
}

// inCode is a remediation in the code of a program.
func inCode(kind string, edits ...policy.Edit) policy.Remediation {
	return policy.Remediation{Kind: kind, Base: policy.BaseCode, Edits: edits}
}

// whole is a remediation that adds an object, or its equivalent in code.
func whole(kind string) policy.Remediation {
	return inCode(kind, policy.Edit{Op: policy.OpAdd, Value: policy.BlockValue})
}

// field sets a field.
func field(path, value string) policy.Edit {
	return policy.Edit{Op: policy.OpSet, Path: path, Value: value}
}

// block adds a block with fields of its own, those of fill.
func block(path, fill string) policy.Edit {
	return policy.Edit{Op: policy.OpAdd, Path: path, Value: policy.BlockValue, Fill: fill}
}

// named sets a field to a name.
func named(path, fill string) policy.Edit {
	return policy.Edit{Op: policy.OpSet, Path: path, Value: policy.NameValue, Fill: fill}
}

// timed sets a field to a time in a syntax of its own.
func timed(path string, syntax *policy.Syntax) policy.Edit {
	return policy.Edit{Op: policy.OpSet, Path: path, Value: policy.DurationValue, Syntax: syntax}
}

// listed sets a field to a list of conditions.
func listed(path string) policy.Edit {
	return policy.Edit{Op: policy.OpSet, Path: path, Value: policy.ConditionsValue, Fill: "[]"}
}

// share sets a field to a share of one.
func share(path string) policy.Edit {
	return policy.Edit{Op: policy.OpSet, Path: path, Value: policy.PercentValue, Fill: "of one"}
}

// remove takes a field away.
func remove(path string) policy.Edit { return policy.Edit{Op: policy.OpRemove, Path: path} }

// annotation sets an annotation.
func annotation(key, value string) policy.Edit { return field("metadata.annotations["+key+"]", value) }

// begins is how a new object begins: its version, kind and name, then other fields.
func begins(version, kind, namespace string, more ...policy.Edit) []policy.Edit {
	return append([]policy.Edit{
		field("apiVersion", version), field("kind", kind), field("metadata.name", policy.CalleeName), field("metadata.namespace", namespace),
	}, more...)
}

// ways are the remediations of one purpose, the default first.
func ways(list ...policy.Remediation) []policy.Remediation { return list }

// allBut are the purposes that a product has no way for, but for some.
func allBut(expressible ...policy.Purpose) []policy.Purpose {
	var list []policy.Purpose
	for p := range policy.NumPurposes {
		if !slices.Contains(expressible, p) {
			list = append(list, p)
		}
	}
	return list
}

// Short names of values that depend on the finding.
const (
	duration   = policy.DurationValue
	count      = policy.CountValue
	percent    = policy.PercentValue
	conditions = policy.ConditionsValue
	tries      = policy.TriesValue
)
