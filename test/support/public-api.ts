// What the package exports, by the sources of its entries: parsed only, so that it takes no compiler.

import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { root } from './mars.ts';

/** The entries, as the API reference is made from them. */
export const entryPoints: readonly string[] = (
  JSON.parse(readFileSync(join(root, 'typedoc.json'), 'utf8')) as {
    readonly entryPoints: readonly string[];
  }
).entryPoints;

type Declaration = ts.Statement | ts.ClassElement | ts.TypeElement;

/** A name that an entry exports, and what declares it: several statements where it is a type and a value. */
export interface ApiName {
  readonly name: string;
  readonly file: string;
  readonly declarations: readonly ts.Statement[];
}

const sources = new Map<string, ts.SourceFile>();

function sourceOf(file: string): ts.SourceFile {
  const source =
    sources.get(file) ??
    ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  sources.set(file, source);
  return source;
}

/** The names that `entry` exports. */
export const apiOf = (entry: string): readonly ApiName[] => exportsOf(join(root, entry));

function exportsOf(file: string): readonly ApiName[] {
  const names = new Map<string, ts.Statement[]>();
  const found: ApiName[] = [];
  for (const statement of sourceOf(file).statements) {
    if (ts.isExportDeclaration(statement)) found.push(...reexported(file, statement));
    else
      for (const name of namesOf(statement))
        names.set(name, [...(names.get(name) ?? []), statement]);
  }
  const own = [...names].map(([name, declarations]) => ({ name, file, declarations }));
  return [...found, ...own.filter(({ declarations }) => declarations.some(isExported))];
}

function reexported(
  file: string,
  { exportClause, moduleSpecifier }: ts.ExportDeclaration,
): ApiName[] {
  if (!exportClause || !ts.isNamedExports(exportClause)) throw new Error(`${file} exports all`);
  if (!moduleSpecifier || !ts.isStringLiteral(moduleSpecifier))
    throw new Error(`${file} exports what it declares by a list`);
  const target = resolve(file, '..', moduleSpecifier.text);
  const known = exportsOf(target);
  return exportClause.elements.map(({ name, propertyName }) => {
    const wanted = (propertyName ?? name).text;
    const declared = known.find((one) => one.name === wanted);
    if (!declared) throw new Error(`${target} has no ${wanted}`);
    return { ...declared, name: name.text };
  });
}

function namesOf(statement: ts.Statement): readonly string[] {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.map(({ name }) => name.getText());
  const isNamed =
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement);
  return isNamed && statement.name ? [statement.name.text] : [];
}

const isExported = (statement: ts.Statement): boolean =>
  ts.canHaveModifiers(statement) &&
  ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true;

/** Whether a text says what it is. */
const isDocumented = (node: Declaration): boolean =>
  ts.getJSDocCommentsAndTags(node).some((doc) => Boolean(doc.comment));

/** What of a name lacks a docstring: the name itself, or methods and accessors of it that others can call. */
export function undocumented({ name, declarations }: ApiName): readonly string[] {
  const own = declarations.some(isDocumented) ? [] : [name];
  const members = declarations.flatMap((declaration) =>
    ts.isClassDeclaration(declaration) || ts.isInterfaceDeclaration(declaration)
      ? [...declaration.members]
      : [],
  );
  const called = members.filter((member) => isCallable(member) && isPublic(member));
  const silent = called
    .map((member) => member.name?.getText())
    .filter((method) => {
      const overloads = called.filter((member) => member.name?.getText() === method);
      return !overloads.some(isDocumented);
    });
  return [...own, ...new Set(silent.map((method) => `${name}.${method}`))];
}

const isCallable = (member: ts.ClassElement | ts.TypeElement): boolean =>
  ts.isMethodDeclaration(member) || ts.isMethodSignature(member) || ts.isAccessor(member);

const isPublic = ({ name }: ts.ClassElement | ts.TypeElement): boolean =>
  name !== undefined && !ts.isPrivateIdentifier(name);
