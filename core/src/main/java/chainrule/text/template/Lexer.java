package chainrule.text.template;

import chainrule.text.template.Token.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The tokens of a template's source, by the rules of Jinja's lexer with {@code trim_blocks} and {@code lstrip_blocks}:
 * the newline after a block's end goes, and so does white space between a line's start and a block's begin; {@code -}
 * at a tag strips all white space on that side, {@code +} keeps it. Source: jinja2/lexer.py, version 3.1.
 */
final class Lexer {
    private static final List<String> OPERATORS = List.of(
            "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<",
            "=", ".", ":", "|", ",", ";");

    private static final Pattern RAW = pattern("\\{%[-+]?\\s*+raw\\s*+(?:%}|-%}\\s*+)");
    private static final Pattern END_RAW = pattern("\\{%([-+]?)\\s*+endraw\\s*+([-+]?)%}");

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private final Deque<Character> open = new ArrayDeque<>();
    private int pos;
    /** Whether what was read last ended with a newline: white space before a block is then at its line's start. */
    private boolean lineStart = true;
    /** The line of {@link #linePos}. */
    private int line = 1;

    private int linePos;

    private Lexer(String source) {
        this.source = source;
    }

    private static Pattern pattern(String regex) {
        return Pattern.compile(regex, Pattern.UNICODE_CHARACTER_CLASS);
    }

    static List<Token> tokens(String template) {
        String source = template.replace("\r\n", "\n").replace('\r', '\n');
        if (source.endsWith("\n")) {
            source = source.substring(0, source.length() - 1);
        }
        var lexer = new Lexer(source);
        lexer.run();
        return lexer.tokens;
    }

    private void run() {
        while (pos < source.length()) {
            int tag = nextTag();
            if (tag < 0) {
                addData(source.substring(pos), pos);
                break;
            }
            char kind = source.charAt(tag + 1);
            char sign = signAt(tag + 2);
            int raw = kind == '%' ? rawBody(tag) : -1;
            addData(strip(source.substring(pos, tag), sign, kind != '{'), pos);
            pos = tag + (sign == 0 ? 2 : 3);
            lineStart = false;
            if (raw >= 0) {
                pos = raw;
                lineStart = source.charAt(raw - 1) == '\n';
                rawBlock();
            } else if (kind == '#') {
                comment(tag);
            } else {
                code(kind == '%', tag);
            }
        }
        add(Kind.END, "", source.length());
    }

    private int nextTag() {
        for (int i = source.indexOf('{', pos); i >= 0 && i + 1 < source.length(); i = source.indexOf('{', i + 1)) {
            char next = source.charAt(i + 1);
            if (next == '%' || next == '{' || next == '#') {
                return i;
            }
        }
        return -1;
    }

    private char signAt(int at) {
        return at < source.length() && (source.charAt(at) == '-' || source.charAt(at) == '+') ? source.charAt(at) : 0;
    }

    private String strip(String text, char sign, boolean block) {
        if (sign == '-') {
            return Text.strip(text, null, false, true);
        }
        int start = text.lastIndexOf('\n') + 1;
        boolean blank = start < text.length() && skipSpace(text, start) == text.length();
        return block && sign != '+' && blank && (start > 0 || lineStart) ? text.substring(0, start) : text;
    }

    private void addData(String text, int at) {
        if (!text.isEmpty()) {
            add(Kind.DATA, text, at);
        }
    }

    private void add(Kind kind, Object value, int at) {
        tokens.add(new Token(kind, value, lineOf(at)));
    }

    /** The line of a place; places are asked for in ascending order. */
    private int lineOf(int at) {
        for (; linePos < at; linePos++) {
            if (source.charAt(linePos) == '\n') {
                line++;
            }
        }
        return line;
    }

    private static int skipSpace(String text, int from) {
        int i = from;
        while (i < text.length() && Text.isSpace(text.charAt(i))) {
            i++;
        }
        return i;
    }

    /** Moves behind the end of a tag; {@code sign} is what stands before it. */
    private void leave(int end, char sign, boolean trim) {
        pos = end;
        if (sign == '-') {
            pos = skipSpace(source, end);
        } else if (sign != '+' && trim && source.startsWith("\n", end)) {
            pos++;
        }
        lineStart = source.charAt(pos - 1) == '\n';
    }

    private void comment(int tag) {
        int end = source.indexOf("#}", pos);
        if (pos == source.length()) {
            return;
        }
        if (end < 0) {
            throw error("Missing end of comment tag", tag);
        }
        leave(end + 2, end > pos ? signAt(end - 1) : 0, true);
    }

    /** Where the text of a raw block begins whose tag is at {@code tag}; -1 if it is another tag. */
    private int rawBody(int tag) {
        Matcher begin = RAW.matcher(source).region(tag, source.length());
        return begin.lookingAt() ? begin.end() : -1;
    }

    private void rawBlock() {
        int start = pos;
        Matcher end = END_RAW.matcher(source);
        if (end.find(start)) {
            addData(strip(source.substring(start, end.start()), sign(end.group(1)), true), start);
            leave(end.end(), sign(end.group(2)), true);
        } else if (start < source.length()) {
            throw error("Missing end of raw directive", start);
        }
    }

    private static char sign(String text) {
        return text.isEmpty() ? 0 : text.charAt(0);
    }

    /** The tokens from the begin of a statement or expression to its end. */
    private void code(boolean block, int tag) {
        add(block ? Kind.BLOCK_BEGIN : Kind.VARIABLE_BEGIN, "", tag);
        String end = block ? "%}" : "}}";
        open.clear();
        while (true) {
            pos = skipSpace(source, pos);
            if (pos >= source.length()) {
                return;
            }
            char sign = signAt(pos);
            boolean signed = sign == '-' || (sign == '+' && block);
            if (open.isEmpty() && source.startsWith(end, signed ? pos + 1 : pos)) {
                add(block ? Kind.BLOCK_END : Kind.VARIABLE_END, "", pos);
                leave((signed ? pos + 1 : pos) + 2, signed ? sign : 0, block);
                return;
            }
            token();
        }
    }

    private void token() {
        int start = pos;
        int first = source.codePointAt(pos);
        if (first >= '0' && first <= '9') {
            number();
        } else if (first == '_' || isNamePart(first)) {
            while (pos < source.length() && isNamePart(source.codePointAt(pos))) {
                pos += Character.charCount(source.codePointAt(pos));
            }
            if (first != '_' && !Character.isUnicodeIdentifierStart(first)) {
                throw error("Invalid character in identifier", start);
            }
            add(Kind.NAME, source.substring(start, pos), start);
        } else if ((first == '\'' || first == '"') && closingQuote() > 0) {
            int end = closingQuote();
            pos = end + 1;
            try {
                add(Kind.STRING, Literals.unescape(source.substring(start + 1, end)), start);
            } catch (TemplateException e) {
                throw e.at(lineOf(start));
            }
        } else {
            operator();
        }
    }

    private static boolean isNamePart(int c) {
        return c == '_' || (Character.isUnicodeIdentifierPart(c) && !Character.isIdentifierIgnorable(c));
    }

    private int closingQuote() {
        char quote = source.charAt(pos);
        for (int i = pos + 1; i < source.length(); i++) {
            char c = source.charAt(i);
            if (c == quote) {
                return i;
            }
            if (c == '\\') {
                i++;
            }
        }
        return -1;
    }

    private void number() {
        int start = pos;
        boolean afterDot = start > 0 && source.charAt(start - 1) == '.';
        int end = afterDot ? -1 : Literals.end(Literals.FLOAT, source, start);
        if (end > 0) {
            pos = end;
            add(Kind.FLOAT, Double.valueOf(source.substring(start, end).replace("_", "")), start);
        } else {
            pos = Literals.end(Literals.INTEGER, source, start);
            add(Kind.INTEGER, Literals.integer(source.substring(start, pos)), start);
        }
    }

    private void operator() {
        int start = pos;
        for (String operator : OPERATORS) {
            if (source.startsWith(operator, start)) {
                balance(operator);
                pos += operator.length();
                add(Kind.OPERATOR, operator, start);
                return;
            }
        }
        String found = Character.toString(source.codePointAt(start));
        throw error("unexpected char " + Repr.quote(found) + " at " + Text.length(source.substring(0, start)), start);
    }

    private void balance(String operator) {
        switch (operator) {
            case "(" -> open.push(')');
            case "[" -> open.push(']');
            case "{" -> open.push('}');
            case ")", "]", "}" -> {
                if (open.isEmpty()) {
                    throw error("unexpected '" + operator + "'", pos);
                }
                char expected = open.pop();
                if (expected != operator.charAt(0)) {
                    throw error("unexpected '" + operator + "', expected '" + expected + "'", pos);
                }
            }
            default -> {}
        }
    }

    private TemplateException error(String message, int at) {
        return new TemplateException(message, lineOf(at), false);
    }
}
