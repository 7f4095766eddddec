package chainrule.apps.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chainrule.BadInput;
import chainrule.Spec;
import chainrule.apps.TinyFolder;
import chainrule.decode.Decoding;
import chainrule.decode.Greedy;
import chainrule.decode.Result;
import chainrule.decode.Run;
import chainrule.decode.Text;
import chainrule.decode.TokenByToken;
import chainrule.decode.filter.Distribution;
import chainrule.local.LocalModel;
import chainrule.nn.Compute;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A decoding method of a library user's own, of public types only. */
class OwnDecodingTest {
    /** The token of a fixed rank after every prefix; rank 0 is greedy search. */
    public record Ranked(int rank) implements Decoding.Custom {
        public Ranked() {
            this(1);
        }

        @Override
        public Run start(Text text) {
            return new TokenByToken(text, (scores, _) -> Distribution.best(rank + 1, scores)[rank]);
        }
    }

    @TempDir
    private Path folder;

    @Test
    void aModelDecodesWithIt() throws IOException {
        String model = TinyFolder.make(folder).toString();
        Decoding second = Spec.parse("ranked", Decoding.class, Ranked.class);
        try (LocalModel lm = LocalModel.open(model, Compute.F32)) {
            Result own = lm.run(lm.request("once upon").with(second).withMaxTokens(8));
            int[] prompt = lm.prompts().text("once upon");
            int[] all = IntStream.concat(IntStream.of(prompt), IntStream.of(own.ids()))
                    .toArray();
            var read = lm.score(all, 2);
            for (int i = prompt.length; i < all.length; i++) {
                assertThat(read.get(i).alternatives().getLast().id()).isEqualTo(all[i]);
            }
            assertThat(lm.generate("once upon", new Ranked(0), 8))
                    .isEqualTo(lm.generate("once upon", new Greedy(), 8))
                    .isNotEqualTo(own.text());
        }
    }

    @Test
    void itsTextFormIsKnownWhereItIsNamedAndNowhereElse() {
        assertThat(Spec.parse("ranked:rank=2", Decoding.class, Ranked.class)).isEqualTo(new Ranked(2));
        assertThat(Spec.format(new Ranked(2))).isEqualTo("ranked:rank=2");
        assertThatThrownBy(() -> Spec.parse("ranked", Decoding.class))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("greedy");
    }
}
