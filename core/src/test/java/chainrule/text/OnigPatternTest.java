package chainrule.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Patterns that published tokenizers have are taken, those that may backtrack without bound are not. */
class OnigPatternTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                OnigPattern.GPT2,
                "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
                "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
                "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}++|\\p{N}{1,3}+| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*+|\\s++$|\\s*[\\r\\n]|\\s+(?!\\S)|\\s",
                "[^\\r\\n\\p{L}\\p{N}]?(?:\\p{L}\\p{M}*(?: \\p{L}\\p{M}*)*)+|\\p{N}",
                "[\\p{Han}]+|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lo}\\p{M}&&[^\\p{Han}]]*[\\p{Ll}\\p{M}&&[^\\p{Han}]]+",
                "<\\|startoftext\\|>|<\\|endoftext\\|>|'s|'t|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+",
                "(?=(\\d{3})+(?!\\d))",
                "\\p{N}{1,3}(?=(?:\\p{N}{3})*(?!\\p{N}))",
                " ?[^(\\s|[.,!?…。，、।۔،])]+",
                "\\s?[A-Za-zµÀ-ÖØ-öø-ƺ]+",
                "^[\\s]+|[\\s]+$",
                "(?<!\\n)^",
                "(?<=[0-9])(?=[^0-9])",
                " {2,}",
                "(?:\\r?\\n)+",
                "[[:punct:]]",
                "\\x{3040}|\\u3041|\\x41",
                "(?<name>a|b)+c?",
            })
    void aPatternOfATokenizerIsTaken(String regex) {
        assertThat(OnigPattern.parse(regex).tries().more()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(a+)+b",
                "(a|a)*b",
                "(a|ab)(c|bcd)*d*d*e",
                "a*a*b",
                "(?:a*b?)*c",
                "(.+)*x",
                "(\\w+\\s?)*;",
                "(?=a*a*b)",
                "(a+b)*c+c+d",
                "(a{1,9}){1,9}b{1,99}(c?){100}d{999}e{999}",
                "(",
                ")",
                "[",
                "[]",
                "[a",
                "a\\",
                "*a",
                "a{3,1}",
                "a{1001}",
                "(?{x})",
                "(*FAIL)",
                "(?~a)",
                "(?(1)a|b)",
                "(?x) a",
                "(?#c)a",
                "\\1",
                "\\k<a>",
                "\\g<0>",
                "\\K",
                "\\X",
                "\\p{L",
                "\\p{}",
                "(?<1a>b)",
                "(?<=a*)b",
                "[[:x1:]]",
                "\\x{}",
                "^*",
                "(?:)+",
            })
    void aPatternThatMayNotEndSoonOrThatNoTokenizerHasIsRefused(String regex) {
        assertThatThrownBy(() -> OnigPattern.parse(regex)).isInstanceOf(IllegalArgumentException.class);
    }
}
