/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The grammar of the interface language: the union of the GNU and the Apple
 * dialects.  Keywords may be names wherever no keyword can stand (rule
 * `name`); names of types may not be statement keywords, which type_name
 * checks.  After an error the parser goes on at the next argument or
 * statement.
 */
%code requires {
#include "lexer.h"
}

%code {
#include <string.h>

#include "cdecl.h"
#include "diag.h"
#include "expr.h"

/* The parser's stacks end with the run. */
#define YYMALLOC mig_alloc
#define YYFREE(p) ((void)(p))

#define YYLLOC_DEFAULT(current, rhs, n)                                  \
    ((current) = (n) != 0 ? YYRHSLOC(rhs, 1) : YYRHSLOC(rhs, 0))

static struct type *named_type(struct loc loc, const char *name);
static struct type *own_type(struct type *t);
static void set_c_type(struct loc loc, struct type *t, int which, char *text);
static void set_function(struct loc loc, struct translation **slot,
                         struct translation *tran, const char *what,
                         bool whole);
static struct arg *new_arg(struct loc loc, int kind, const char *name,
                           struct type *type);
static void add_flag(struct loc loc, struct arg *a, unsigned flag,
                     const char *word);
static struct arg *join_args(struct arg *list, struct arg *last);
static unsigned positive(struct loc loc, int64_t n, const char *what);
static void yyerror(const char *text);
}

%define api.location.type {struct loc}
%define parse.error custom
%define parse.lac full
%locations
%expect 0

%union {
    char *text;
    struct word word;
    int64_t number;
    int kind;
    struct type *type;
    struct member *member;
    struct arg *arg;
    struct translation *tran;
}

%token <text> IDENT "a name"
%token <number> NUMBER "a number"
%token <text> QSTRING "a string"
%token <text> FILE_NAME "a file name"
%token <word> KW_SUBSYSTEM "subsystem" KW_KERNEL_USER "KernelUser"
%token <word> KW_KERNEL_SERVER "KernelServer" KW_ROUTINE "routine"
%token <word> KW_SIMPLEROUTINE "simpleroutine" KW_OBSOLETE "procedure"
%token <word> KW_SKIP "skip" KW_TYPE "type" KW_IMPORT "import"
%token <word> KW_RCSID "rcsid" KW_USERPREFIX "userprefix"
%token <word> KW_SERVERPREFIX "serverprefix" KW_SERVERDEMUX "serverdemux"
%token <word> KW_MSGOPTION "msgoption" KW_WAITTIME "waittime"
%token <word> KW_NOWAITTIME "nowaittime" KW_SENDTIME "sendtime"
%token <word> KW_NOSENDTIME "nosendtime" KW_ERROR "error"
%token <word> KW_OWNERSHIP "ownership" KW_SPECIALREPLY "UseSpecialReplyPort"
%token <word> KW_CONSUME "ConsumeOnSendError"
%token <word> KW_USERTYPELIMIT "UserTypeLimit"
%token <word> KW_ONSTACKLIMIT "OnStackLimit"
%token <word> KW_DIRECTION "a direction"
%token <word> KW_INTRAN "intran" KW_INTRANPAYLOAD "intranpayload"
%token <word> KW_OUTTRAN "outtran" KW_DESTRUCTOR "destructor"
%token <word> KW_CTYPE "ctype" KW_CUSERTYPE "cusertype"
%token <word> KW_CSERVERTYPE "cservertype"
%token <word> KW_ARRAY "array" KW_STRUCT "struct" KW_OF "of"
%token <word> KW_C_STRING "c_string" KW_POINTERTO "PointerTo"
%token <word> KW_POINTERTOIFNOT "PointerToIfNot" KW_VALUEOF "ValueOf"
%token <word> WIRE_TYPE "a basic type"

%type <text> name type_name word_expr file c_text
%type <word> statement_word other_word
%type <number> expr
%type <kind> direction routine_kind wire c_side subsystem_mods
%type <type> type_spec basic_spec attributed arg_type native_type
%type <member> members member
%type <arg> arg args arg_list
%type <tran> c_function

%left '+' '-'
%left '*' '/'

%%

file_of_statements:
      %empty
    | file_of_statements statement
    ;

statement:
      ';'
    | KW_SUBSYSTEM subsystem_mods name NUMBER ';'
        { statement_subsystem(@1, $3, $4, ($2 & 1) != 0, ($2 & 2) != 0); }
    | routine_kind name '(' args ')' ';'
        { statement_routine(@2, $2, $1 != 0, $4); }
    | KW_OBSOLETE
        { diag_error(@1, "obsolete", "'%s' is gone from the language: write "
                     "routine or simpleroutine", $1.text); }
      name '(' args ')' ';'
    | KW_TYPE type_name '=' attributed ';' { type_declare(@2, $2, $4); }
    | KW_TYPE type_name '=' error ';'
        { type_declare(@2, $2, type_error(@2)); /* it is not missed later */
          yyerrok; }
    | KW_SKIP ';' { statement_skip(@1, 1); }
    | KW_SKIP expr ';' { statement_skip(@2, $2); }
    | KW_IMPORT file ';'
        { statement_import(@2, (enum import_kind)$1.value, $2); }
    | KW_RCSID QSTRING ';' { subsystem.rcsid = $2; }
    | KW_USERPREFIX name ';'
        { statement_name(@1, &subsystem.user_prefix, "userprefix", $2); }
    | KW_SERVERPREFIX name ';'
        { statement_name(@1, &subsystem.server_prefix, "serverprefix", $2); }
    | KW_SERVERDEMUX name ';'
        { statement_name(@1, &subsystem.server_demux, "serverdemux", $2); }
    | KW_MSGOPTION word_expr ';'
        { subsystem.msg_option =
              strcmp($2, "MACH_MSG_OPTION_NONE") == 0 ? NULL : $2; }
    | KW_WAITTIME word_expr ';' { subsystem.wait_time = $2; }
    | KW_NOWAITTIME ';' { subsystem.wait_time = NULL; }
    | KW_SENDTIME word_expr ';' { subsystem.send_time = $2; }
    | KW_NOSENDTIME ';' { subsystem.send_time = NULL; }
    | KW_ERROR name ';' { subsystem.error_proc = $2; }
    | KW_OWNERSHIP name ';' { statement_ownership(@2, $2); }
    | KW_SPECIALREPLY expr ';'
    | KW_CONSUME name ';' { statement_consume(@2, $2); }
    | KW_USERTYPELIMIT expr ';'
        { subsystem.user_type_limit = positive(@2, $2, "UserTypeLimit"); }
    | KW_ONSTACKLIMIT expr ';'
        { subsystem.on_stack_limit = positive(@2, $2, "OnStackLimit"); }
    | error ';' { yyerrok; }
    ;

subsystem_mods:
      %empty { $$ = 0; }
    | subsystem_mods KW_KERNEL_USER { $$ = $1 | 1; }
    | subsystem_mods KW_KERNEL_SERVER { $$ = $1 | 2; }
    ;

file:
      QSTRING
    | FILE_NAME
    ;

routine_kind:
      KW_ROUTINE { $$ = 0; }
    | KW_SIMPLEROUTINE { $$ = 1; }
    ;

word_expr:
      name
    | NUMBER { $$ = mig_format("%lld", (long long)$1); }
    | word_expr '|' name { $$ = mig_format("%s | %s", $1, $3); }
    | word_expr '|' NUMBER
        { $$ = mig_format("%s | %lld", $1, (long long)$3); }
    ;

args:
      %empty { $$ = NULL; }
    | arg_list
    | arg_list ';'
    ;

arg_list:
      arg
    | arg_list ';' arg { $$ = join_args($1, $3); }
    ;

arg:
      direction name ':' arg_type
        { $$ = new_arg(@2, $1, $2, $4); }
    | name ':' arg_type
        { $$ = new_arg(@1, ARG_DEFAULT, $1, $3); }
    | arg ',' name
        { $$ = $1;
          if ($1 != NULL) {
              add_flag(@3, $1, routine_flag(@3, $3, false), $3);
          } }
    | arg ',' name '[' ']'
        { $$ = $1;
          if ($1 != NULL) {
              add_flag(@3, $1, routine_flag(@3, $3, true), $3);
          } }
    | error { $$ = NULL; }
    ;

direction:
      KW_DIRECTION { $$ = $1.value; }
    | KW_WAITTIME { $$ = ARG_WAIT_TIME; }
    | KW_SENDTIME { $$ = ARG_SEND_TIME; }
    | KW_MSGOPTION { $$ = ARG_MSG_OPTION; }
    ;

arg_type:
      attributed
    | type_name '=' attributed
        { $$ = type_inline(@1, $1, $3); }
    | native_type
    ;

native_type:
      KW_POINTERTO '(' c_text ')'
        { $$ = type_native(@1, NATIVE_POINTER, $3, NULL); }
    | KW_POINTERTOIFNOT '(' c_text ',' word_expr ')'
        { $$ = type_native(@1, NATIVE_POINTER_IF_NOT, $3, $5); }
    | KW_VALUEOF '(' c_text ')'
        { $$ = type_native(@1, NATIVE_VALUE, $3, NULL); }
    ;

attributed:
      type_spec
    | attributed KW_INTRAN ':' c_function
        { $$ = own_type($1);
          set_function(@2, &$$->intran, $4, "in-translation", true); }
    | attributed KW_OUTTRAN ':' c_function
        { $$ = own_type($1);
          set_function(@2, &$$->outtran, $4, "out-translation", true); }
    | attributed KW_INTRANPAYLOAD ':' c_text
        { $$ = own_type($1);
          set_function(@2, &$$->payload, cdecl_split(@4, $4, NULL),
                       "payload translation", false); }
    | attributed KW_INTRANPAYLOAD ':' c_function
        { $$ = own_type($1);
          set_function(@2, &$$->payload, $4, "payload translation", false); }
    | attributed KW_DESTRUCTOR ':' c_function
        { $$ = own_type($1);
          set_function(@2, &$$->destructor, $4, "destructor", false); }
    | attributed c_side ':' c_text
        { $$ = own_type($1); set_c_type(@2, $$, $2, $4); }
    ;

c_side:
      KW_CTYPE { $$ = 0; }
    | KW_CUSERTYPE { $$ = 1; }
    | KW_CSERVERTYPE { $$ = 2; }
    ;

c_function:
      c_text '(' c_text ')' { $$ = cdecl_split(@1, $1, $3); }
    | c_text '(' ')' { $$ = cdecl_split(@1, $1, NULL); }
    ;

c_text:
      IDENT
    | KW_STRUCT { $$ = $1.text; }
    | '*' { $$ = mig_strdup("*"); }
    | c_text IDENT { $$ = cdecl_join($1, $2); }
    | c_text KW_STRUCT { $$ = cdecl_join($1, $2.text); }
    | c_text '*' { $$ = cdecl_join($1, "*"); }
    ;

type_spec:
      basic_spec
    | type_name { $$ = named_type(@1, $1); }
    | KW_ARRAY '[' expr ']' KW_OF type_spec
        { $$ = type_fixed_array(@3, $3, $6); }
    | KW_ARRAY '[' '*' ':' expr ']' KW_OF type_spec
        { $$ = type_bounded_array(@5, $5, $8); }
    | KW_ARRAY '[' '*' ']' KW_OF type_spec
        { $$ = type_unbounded_array(@1, $6); }
    | KW_ARRAY '[' ']' KW_OF type_spec
        { $$ = type_unbounded_array(@1, $5); }
    | '^' type_spec { $$ = type_pointer(@1, $2); }
    | KW_STRUCT '[' expr ']' KW_OF type_spec
        { $$ = type_struct_of(@3, $3, $6); }
    | KW_STRUCT '{' members '}' { $$ = type_struct(@1, $3); }
    | KW_C_STRING '[' expr ']' { $$ = type_string(@3, $3, false); }
    | KW_C_STRING '[' '*' ':' expr ']' { $$ = type_string(@5, $5, true); }
    ;

basic_spec:
      wire { $$ = type_basic(@1, (unsigned)$1, (unsigned)$1); }
    | wire '|' wire { $$ = type_basic(@1, (unsigned)$1, (unsigned)$3); }
    | '(' wire ',' expr long_flags ')'
        { $$ = type_long_form(@2, (unsigned)$2, (unsigned)$2, $4); }
    | '(' wire '|' wire ',' expr long_flags ')'
        { $$ = type_long_form(@2, (unsigned)$2, (unsigned)$4, $6); }
    ;

wire:
      WIRE_TYPE { $$ = $1.value; }
    | NUMBER
        { $$ = (int)positive(@1, $1, "basic type"); }
    ;

long_flags:
      %empty
    | long_flags ',' name
    | long_flags ',' name '[' ']'
    ;

members:
      member
    | members member
        { struct member *m = $1;
          while (m->next != NULL) {
              m = m->next;
          }
          m->next = $2;
          $$ = $1; }
    ;

member:
      type_spec name ';'
        { $$ = mig_alloc(sizeof(*$$));
          $$->loc = @2; $$->name = $2; $$->type = $1; }
    | type_spec name '[' expr ']' ';'
        { $$ = mig_alloc(sizeof(*$$));
          $$->loc = @2; $$->name = $2;
          $$->type = type_fixed_array(@4, $4, $1); }
    ;

expr:
      NUMBER
    | expr '+' expr { $$ = expr_add(@2, $1, $3); }
    | expr '-' expr { $$ = expr_subtract(@2, $1, $3); }
    | expr '*' expr { $$ = expr_multiply(@2, $1, $3); }
    | expr '/' expr { $$ = expr_divide(@2, $1, $3); }
    | '(' expr ')' { $$ = $2; }
    ;

type_name:
      IDENT
    | other_word { $$ = $1.text; }
    | statement_word
        { diag_error(@1, "type-name",
                     "'%s' starts a statement and cannot name a type",
                     $1.text);
          $$ = $1.text; }
    ;

name:
      IDENT
    | statement_word { $$ = $1.text; }
    | other_word { $$ = $1.text; }
    | KW_ARRAY { $$ = $1.text; }
    | KW_STRUCT { $$ = $1.text; }
    | KW_C_STRING { $$ = $1.text; }
    | KW_DIRECTION { $$ = $1.text; }
    | KW_WAITTIME { $$ = $1.text; }
    | KW_SENDTIME { $$ = $1.text; }
    | KW_MSGOPTION { $$ = $1.text; }
    ;

statement_word:
      KW_SUBSYSTEM | KW_ROUTINE | KW_SIMPLEROUTINE | KW_OBSOLETE | KW_SKIP
    | KW_TYPE | KW_IMPORT | KW_RCSID | KW_USERPREFIX | KW_SERVERPREFIX
    | KW_SERVERDEMUX | KW_NOWAITTIME | KW_NOSENDTIME | KW_ERROR
    | KW_OWNERSHIP | KW_SPECIALREPLY | KW_CONSUME
    ;

other_word:
      KW_OF | KW_INTRAN | KW_INTRANPAYLOAD | KW_OUTTRAN | KW_DESTRUCTOR
    | KW_CTYPE | KW_CUSERTYPE | KW_CSERVERTYPE
    ;

%%

/* A type by name, as declared. */
static struct type *
named_type(struct loc loc, const char *name)
{
    struct type *t = type_lookup(name);

    if (t == NULL) {
        diag_error(loc, "undefined-type", "type '%s' is not defined", name);
        return type_error(loc);
    }
    return t;
}

/* Attributes belong to a new type, never to the one that was named. */
static struct type *
own_type(struct type *t)
{
    return t->name == NULL ? t : type_copy(t);
}

/* whole: the types of the result and of the parameter must be there. */
static void
set_function(struct loc loc, struct translation **slot,
             struct translation *tran, const char *what, bool whole)
{
    if (whole && (tran->result == NULL || tran->param == NULL)) {
        diag_error(loc, "function", "the %s function '%s' needs the C type "
                   "of its %s", what, tran->function,
                   tran->result == NULL ? "result" : "parameter");
    }
    if (*slot != NULL && strcmp((*slot)->function, tran->function) != 0) {
        diag_warning(loc, "function", "the %s function was '%s' and is now "
                     "'%s'", what, (*slot)->function, tran->function);
    }
    *slot = tran;
}

static void
set_c_type(struct loc loc, struct type *t, int which, char *text)
{
    char **slot = which == 0 ? &t->ctype : which == 1 ? &t->cuser
                                                      : &t->cserver;

    if (*slot != NULL) {
        diag_warning(loc, "c-type", "the C type is given twice: '%s', '%s'",
                     *slot, text);
    } else if (which == 1 && t->ctype != NULL) {
        diag_warning(loc, "c-type", "conflicting user types '%s' and '%s'; "
                     "the user's is '%s'", t->ctype, text, text);
    } else if (which == 0 && t->cuser != NULL) {
        diag_warning(loc, "c-type", "conflicting user types '%s' and '%s'; "
                     "the user's is '%s'", t->cuser, text, t->cuser);
    }
    *slot = text;
}

static struct arg *
new_arg(struct loc loc, int kind, const char *name, struct type *type)
{
    struct arg *a = mig_alloc(sizeof(*a));

    a->loc = loc;
    a->kind = (enum arg_kind)kind;
    a->name = name;
    a->type = type;
    return a;
}

static void
add_flag(struct loc loc, struct arg *a, unsigned flag, const char *word)
{
    if (a->flags & flag) {
        diag_warning(loc, "duplicate-flag", "flag '%s' is given twice", word);
    }
    a->flags |= flag;
}

static struct arg *
join_args(struct arg *list, struct arg *last)
{
    struct arg *a = list;

    if (list == NULL) {
        return last;
    }
    while (a->next != NULL) {
        a = a->next;
    }
    a->next = last;
    return list;
}

static unsigned
positive(struct loc loc, int64_t n, const char *what)
{
    if (n < 0 || n > INT32_MAX) {
        diag_error(loc, "number", "%s out of range: %lld", what,
                   (long long)n);
        return 0;
    }
    return (unsigned)n;
}

/* Called for exhausted memory only: syntax errors go the way below. */
static void
yyerror(const char *text)
{
    diag_fatal("%s", text);
}

/* A symbol as it is written: words in quotes. */
static const char *
symbol_text(yysymbol_kind_t symbol)
{
    const char *name = yysymbol_name(symbol);

    return name[0] == '\'' || strncmp(name, "a ", 2) == 0
               ? name : mig_format("'%s'", name);
}

/* What stands where it should not. */
static const char *
found(yysymbol_kind_t got)
{
    switch (got) {
    case YYSYMBOL_YYEOF:
        return "end of file";
    case YYSYMBOL_YYUNDEF:
        return "character";
    case YYSYMBOL_IDENT:
        return mig_format("name '%s'", yylval.text);
    case YYSYMBOL_NUMBER:
        return mig_format("number %lld", (long long)yylval.number);
    case YYSYMBOL_QSTRING:
    case YYSYMBOL_FILE_NAME:
        return mig_format("%s", yylval.text);
    case YYSYMBOL_KW_DIRECTION:
    case YYSYMBOL_WIRE_TYPE:
        return mig_format("'%s'", yylval.word.text);
    default:
        return symbol_text(got);
    }
}

static int
yyreport_syntax_error(const yypcontext_t *context)
{
    enum { MOST = 6, ALL = 120 };
    yysymbol_kind_t expected[ALL + 1];
    yysymbol_kind_t got = yypcontext_token(context);
    struct loc loc = *yypcontext_location(context);
    char *text = mig_format("syntax error: unexpected %s", found(got));
    int n = yypcontext_expected_tokens(context, expected, ALL);
    bool names = false;

    for (int i = 0; i < n; i++) {
        names = names || expected[i] == YYSYMBOL_IDENT;
    }
    if (n > MOST && !names && got == YYSYMBOL_IDENT) {
        diag_error(loc, "unknown-statement",
                   "unknown statement or misplaced name '%s'", yylval.text);
        return 0;
    }
    if (n > MOST) { /* most words may be names */
        expected[0] = YYSYMBOL_IDENT;
        n = names ? 1 : 0;
    }
    for (int i = 0; i < n; i++) {
        text = mig_format("%s%s%s", text, i == 0 ? ", expected " : " or ",
                          symbol_text(expected[i]));
    }
    diag_error(loc, "syntax", "%s", text);
    return 0;
}

int
parser_run(void)
{
    int result = yyparse();

    if (result == 0) {
        statement_finish(yylloc);
    }
    return result;
}
