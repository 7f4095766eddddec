package chainrule.adapter;

import chainrule.model.CausalLM;
import chainrule.model.CausalLMContract;
import chainrule.model.Decoder;
import chainrule.model.Site;
import chainrule.model.Tiny;
import chainrule.model.family.Models;
import chainrule.nn.Compute;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Nested;

/** Adapted decoders keep what every language model keeps, in their plain form and in that for decoding. */
class AdaptedContractTest {
    abstract static class Form extends CausalLMContract {
        private final Models.Form form;

        /** @param index of the form of decoder */
        Form(int index) {
            this.form = Bases.forms().get(index);
        }

        abstract Bases.Owning adapted(Models.Form of);

        @Override
        protected CausalLM open() {
            return adapted(form);
        }

        @Override
        protected float tolerance() {
            return 2e-5f;
        }

        @Override
        protected List<Site> sites() {
            List<Site> all = new ArrayList<>(List.of(Site.EMBEDDING, Site.FINAL));
            for (int l = 0; l < form.config().layers(); l++) {
                for (var kind : List.of(
                        Site.Kind.BLOCK_IN, Site.Kind.HEADS, Site.Kind.ATTENTION, Site.Kind.MLP, Site.Kind.BLOCK_OUT)) {
                    all.add(new Site(kind, l));
                }
            }
            return all;
        }

        @Override
        protected Tensor vectors(CausalLM lm, Tensor ids) {
            try (Decoder base = Tiny.decoder(form.config(), 3)) {
                return torch.embedding(base.embed(), ids);
            }
        }
    }

    abstract static class Low extends Form {
        Low(int index) {
            super(index);
        }

        @Override
        Bases.Owning adapted(Models.Form of) {
            return Bases.Owning.lora(of);
        }
    }

    abstract static class Before extends Form {
        Before(int index) {
            super(index);
        }

        @Override
        Bases.Owning adapted(Models.Form of) {
            return Bases.Owning.prefix(of);
        }
    }

    @Nested
    class LoraLlama extends Low {
        LoraLlama() {
            super(0);
        }
    }

    @Nested
    class LoraGpt2 extends Low {
        LoraGpt2() {
            super(1);
        }
    }

    @Nested
    class LoraNeoxRows extends Low {
        LoraNeoxRows() {
            super(2);
        }

        @Override
        protected CausalLM open() {
            return packed(super.open());
        }
    }

    @Nested
    class PrefixLlama extends Before {
        PrefixLlama() {
            super(0);
        }
    }

    @Nested
    class PrefixGpt2 extends Before {
        PrefixGpt2() {
            super(1);
        }
    }

    @Nested
    class PrefixWindow extends Before {
        PrefixWindow() {
            super(3);
        }
    }

    @Nested
    class PrefixLlamaRows extends Before {
        PrefixLlamaRows() {
            super(0);
        }

        @Override
        protected CausalLM open() {
            return packed(super.open());
        }
    }

    @Nested
    class PrefixGpt2Rows extends Before {
        PrefixGpt2Rows() {
            super(1);
        }

        @Override
        protected CausalLM open() {
            return packed(super.open());
        }
    }

    @Nested
    class PrefixWindowRows extends Before {
        PrefixWindowRows() {
            super(3);
        }

        @Override
        protected CausalLM open() {
            return packed(super.open());
        }
    }

    private static CausalLM packed(CausalLM plain) {
        try (plain) {
            return plain.forDecoding(Compute.F32);
        }
    }
}
